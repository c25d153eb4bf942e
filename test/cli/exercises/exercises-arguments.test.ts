import assert from "node:assert/strict"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, it } from "node:test"

import { UsageError } from "#src/cli/arguments.ts"
import { COURSE } from "#src/cli/exercises/course.ts"
import { EXERCISES_HELP, parseExercises } from "#src/cli/exercises/exercises-arguments.ts"
import { exercisesCommand } from "#src/cli/exercises-command.ts"
import { scratch } from "./support/work-folder.ts"

const gather = COURSE.find(({ name }) => name === "gather")

/** What the command writes on standard output. */
async function said(...args: readonly string[]): Promise<string> {
  const lines: string[] = []
  const { log } = console
  console.log = (text: string) => void lines.push(text)
  try {
    assert.equal(await exercisesCommand(args), 0)
  } finally {
    console.log = log
  }
  return lines.join("\n")
}

describe("the arguments of exercises", () => {
  it("take an exercise by its name and by its number, and its folder", () => {
    assert.deepEqual(parseExercises([]), { action: "list", json: false })
    assert.deepEqual(parseExercises(["start", "gather"]), { action: "start", exercise: gather, folder: "gather", json: false })
    assert.deepEqual(parseExercises(["start", "3", "teas", "--json"]), { action: "start", exercise: gather, folder: "teas", json: true })
    assert.deepEqual(parseExercises(["check"]), { action: "check", folder: ".", json: false })
    assert.deepEqual(parseExercises(["--json", "hint", "teas"]), { action: "hint", folder: "teas", json: true })
    assert.equal(parseExercises(["check", "--help"]), "help")
    assert.ok(EXERCISES_HELP.split("\n").every((line) => line.length <= 92))
  })

  it("are refused with a sentence that says what to type", async () => {
    const full = join(scratch, "full")
    mkdirSync(full)
    writeFileSync(join(full, "mine.txt"), "")
    for (const [args, message] of [
      [["walk"], /^exercises does not know 'walk': it takes start NAME, check and hint/],
      [["--fast"], /^unknown option --fast: exercises takes --json alone/],
      [["start"], /^exercises start which one\?/],
      [["start", "nothing"], /^there is no exercise 'nothing'/],
      [["start", "0"], /^there is no exercise '0'/],
      [["start", "99"], /^there is no exercise '99'/],
      [["start", "gather", "one", "two"], /^exercises start takes one folder, not both one and two$/],
      [["start", "gather", join(scratch, "no/such")], /^there is no folder .*no: make it first$/],
      [["start", "gather", full], /is not empty, it has mine\.txt: /],
      [["start", "gather", join(full, "mine.txt")], /mine\.txt is a file: /],
      [["check", full], /full is not of an exercise: /],
      [["hint", join(scratch, "nowhere")], /nowhere is not of an exercise: /],
      [["check", "one", "two"], /^exercises check takes one folder, not both one and two$/],
    ] as const) {
      await assert.rejects(() => exercisesCommand(args), (error: Error) => error instanceof UsageError && message.test(error.message) && !error.message.includes("\n"), args.join(" "))
    }
  })
})

describe("a folder that cannot be written", () => {
  it("is named in a sentence, and the exit code is 1", { skip: process.platform !== "linux" && "only Linux has /proc" }, async () => {
    const lines: string[] = []
    const { error } = console
    console.error = (text: string) => void lines.push(text)
    try {
      assert.equal(await exercisesCommand(["start", "gather", "/proc/teas"]), 1)
    } finally {
      console.error = error
    }
    assert.match(lines.join("\n"), /^asyncio-ts: cannot put gather into \/proc\/teas: .*$/)
  })
})

describe("the hints of an exercise", () => {
  it("tell a little more each time, and then the last again", async () => {
    const folder = join(scratch, "teas")
    assert.match(await said("start", "gather", folder), /^Three teas at once: README\.md, work\.ts are in .*teas\n/)
    const hints = gather?.hints ?? [""]
    for (let at = 1; at <= hints.length; at += 1) assert.equal(await said("hint", folder), `hint ${at} of ${hints.length}: ${hints[at - 1]}`)
    const { hint } = JSON.parse(await said("hint", folder, "--json")) as { readonly hint: string } // as the command writes it
    assert.equal(hint, hints.at(-1))
  })
})
