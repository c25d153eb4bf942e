/** What the checks of the playground say, in a real browser: what the terminal says. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { after, before, describe, it } from "node:test"

import { COURSE } from "#src/cli/exercises/course.ts"
import { ANSWER_FILES, type Exercise } from "#src/cli/exercises/exercise.ts"
import { runCheck } from "#src/cli/exercises/run-check.ts"
import { workFolder } from "../cli/exercises/support/work-folder.ts"
import { needs } from "../support/needs.ts"
import { called, course, solutionOf, startOf } from "./support/exercise-files.ts"
import type { ExercisePage, Said } from "./support/exercise-page.ts"
import { OpenPlayground } from "./support/open-playground.ts"

const skip = process.env["TEST_SYSTEM"] === undefined ? "runs with TEST_SYSTEM=1" : needs("chromium", "chromium")
/** What a browser cannot check. */
const ELSEWHERE = "blocking-call"
/** What it can check a part of, and the sentence then. */
const PARTLY: Readonly<Record<string, string>> = {
  classify: "sum.ts is as measured, and ask.ts, which uses startServer of asyncio-ts, can be measured in the terminal alone",
  "classify-limits": "gathered.ts and ledger.ts are as measured, and pages.ts, which uses startServer of asyncio-ts, can be measured in the terminal alone",
}
const START = 'import * as asyncio from "asyncio-ts"\ntype Brew = (kind: string) => asyncio.Coroutine<string>\nconst KINDS = ["Masala", "Green", "Ginger"]\n'

let playground: OpenPlayground
let shared: ExercisePage

before(async () => {
  if (skip !== false) return
  playground = await OpenPlayground.start()
  shared = await playground.open("#exercise=first-await")
}, { timeout: 600_000 })
after(async () => playground?.stop())

function bare(text: string): string {
  return text.replace(/\s/g, "")
}

/** What the terminal says, in a process of its own. */
async function terminal(exercise: Exercise, text: string): Promise<Said> {
  const result = await runCheck(exercise, workFolder(exercise, { [ANSWER_FILES[exercise.kind]]: text }), join(course, exercise.name, "start"), new AbortController().signal)
  assert.ok(result !== undefined)
  const { passed, sentence, details } = result
  return placeless({ how: passed ? "passed" : "not yet", sentence, details })
}

/** Without where a file is and which column of it an engine means; places make a table wider. */
function placeless({ how, sentence, details }: Said): Said {
  const named = (text: string): string => text.replace(/(?:file:\/\/)?[^\s()]*\/(\w+\.ts)/g, "$1").replace(/(\.ts:\d+):\d+/g, "$1").replace("at async ", "at ")
  const table = details.findIndex((line) => line.startsWith("ID "))
  return { how, sentence: named(sentence), details: (table === -1 ? details : details.slice(details.indexOf("", table))).map(named) }
}

describe("the checks of the playground", { skip, concurrency: false, timeout: 1_800_000 }, () => {
  for (const exercise of COURSE.filter(({ name }) => name !== ELSEWHERE && !(name in PARTLY))) {
    const { name, title, kind } = exercise
    const file = ANSWER_FILES[kind]
    it(`${name} is judged as in the terminal, as it is given and with its solution`, async () => {
      await shared.open(name, title)
      assert.equal(bare((await shared.own.page.textContent("#statement")) ?? ""), bare(readFileSync(join(course, name, "README.md"), "utf8").replace(/^# .*|^```.*|^\d+\. |`/gm, "")))
      const wanted = [startOf(exercise), solutionOf(exercise)].map((text) => ({ text, said: terminal(exercise, text) }))
      for (const { text, said } of wanted) {
        await shared.write(file, text)
        assert.deepEqual(placeless(await shared.check()), await said)
      }
      assert.equal(await shared.own.page.locator("#verdict .passed").count(), 1)
    })
  }

  for (const [name, wrong, said] of [
    ["classify", "ask.ts: I/O-bound, because it asks\nsum.ts: I/O-bound, because it sleeps\n", "sum.ts is not I/O-bound: measured, it is CPU-bound"],
    ["classify-limits", "gathered.ts: CPU-bound, because it adds\nledger.ts: I/O-bound, because it writes\npages.ts: I/O-bound, because it asks\n", "ledger.ts is not I/O-bound: measured, it is lock-bound"],
  ] as const) {
    it(`${name} measures in the browser what can run there, and says what is to be measured in the terminal`, async () => {
      const exercise = called(name)
      await shared.open(name, exercise.title)
      await shared.write("answers.txt", wrong)
      const failed = await shared.check()
      assert.deepEqual([failed.how, failed.sentence], ["not yet", said])
      assert.equal((await terminal(exercise, wrong)).sentence, said)
      await shared.write("answers.txt", solutionOf(exercise))
      const { how, sentence, details } = await shared.check()
      assert.deepEqual([how, sentence], ["as far as a browser goes", PARTLY[name]])
      assert.equal(details.filter((line) => /^ {2}measured: (?:CPU-bound|Limited by a lock)/.test(line)).length, name === "classify" ? 1 : 2, details.join("\n"))
      assert.equal(details.filter((line) => line === "  measured: not here: it uses startServer of asyncio-ts").length, 1, details.join("\n"))
      // An answer that is measured nowhere here is looked at all the same.
      await shared.write("answers.txt", "sum.ts: fast, because it is")
      assert.equal((await shared.check()).sentence, (await terminal(exercise, "sum.ts: fast, because it is")).sentence)
    })
  }

  it("says of an exercise that no browser can check where it is done", async () => {
    await shared.open(ELSEWHERE, called(ELSEWHERE).title)
    assert.equal(await shared.own.page.isDisabled("#check"), true)
    assert.equal(await shared.own.page.textContent("#verdict"), "This exercise is for the terminal: what solves it uses toThread of asyncio-ts, which a browser has not. There: npx asyncio-ts exercises start blocking-call")
    assert.deepEqual(playground.built.exercises.filter(({ needs: lacks }) => Object.keys(lacks).length > 0).map(({ name }) => name).sort(), [ELSEWHERE, ...Object.keys(PARTLY)].sort())
  })

  for (const [what, text] of [
    ["a promise that nothing settles", "export async function main() { await new Promise(() => {}) }"],
    ["a promise that is awaited as it is loaded", "await new Promise(() => {})"],
    ["an error outside of every task", 'export async function main() { setTimeout(() => { throw new RangeError("late") }); await new Promise(() => {}) }'],
    ["another export", "export const mian = 1"],
    ["an export that is no function", "export const main = 1"],
    ["an error as it is loaded", 'const tea = 1\nthrow new RangeError(`no tea, ${tea}`)'],
    ["an error", 'export async function main() { throw new RangeError("no tea") }'],
    ["a call that blocks", `${START}export async function main(brew: Brew) {\n  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)\n  return asyncio.gather(KINDS.map((kind) => brew(kind)))\n}`],
    ["a task that nobody awaits", `${START}export async function main(brew: Brew) {\n  asyncio.createTask(asyncio.sleep(9), { name: "late" })\n  return asyncio.gather(KINDS.map((kind) => brew(kind)))\n}`],
    ["a task that fails for nobody", `${START}export async function main(brew: Brew) {\n  asyncio.createTask(async () => { throw new RangeError("no milk") }, { name: "milk" })\n  return asyncio.gather(KINDS.map((kind) => brew(kind)))\n}`],
    ["results out of order", `${START}export async function main(brew: Brew) {\n  return (await asyncio.gather(KINDS.map((kind) => brew(kind)))).reverse()\n}`],
    ["an enum", "enum Tea { Green }\nexport async function main() { return Tea.Green }"],
    ["a namespace", "export namespace Tea { export const kind = 1 }\nexport async function main() {}"],
    ["a parameter property", "class Tea { constructor(readonly kind: string) {} }\nexport async function main() { return new Tea(\"Green\") }"],
    ["very many tasks", `${START}export async function main(brew: Brew) {\n  await asyncio.gather(Array.from({ length: 2000 }, () => asyncio.sleep(0)))\n  return asyncio.gather(KINDS.map((kind) => brew(kind)))\n}`],
    ["a million lines", `${START}export async function main(brew: Brew) {\n  for (let line = 0; line < 1_000_000; line += 1) console.log("tea")\n  return asyncio.gather(KINDS.map((kind) => brew(kind)))\n}`],
  ] as const) {
    it(`says in the terminal's sentence what ${what} does`, async () => {
      const exercise = called("gather")
      await shared.open("gather", exercise.title)
      await shared.write("work.ts", text)
      const { how, sentence } = await shared.check()
      assert.deepEqual([how, sentence], await terminal(exercise, text).then((said) => [said.how, said.sentence]))
      assert.doesNotMatch(sentence, /\n|blob:/)
    })
  }

  for (const [what, text, expected] of [
    ["a loop without an end", "export async function main() { for (;;); }", /^it never ends: after 10 s it was still running; look for a loop without an end$/],
    ["sleeps without an end", 'import { sleep } from "asyncio-ts"\nexport async function main() { for (;;) await sleep(1) }', /^it never ends: after 10 s it was still running/],
    ["a syntax error", "export async function main( { }\nlet", /^work\.ts has a syntax error at line \d: ./],
    ["a module of Node's", 'import { readFileSync } from "node:fs"\nexport const main = () => readFileSync("tea")', /^work\.ts cannot be run here, by its line 1: node:fs is not to be had in a browser; here a program imports asyncio-ts, /],
    ["an end of its worker", "export async function main() { close() }", /^the program called close: leave it to return$/],
    ["what cannot be shown", "export async function main() { throw { toString() { throw 1 } } }", /^the program crashed: /],
    ["a wait that blocks for ever", "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)\nexport async function main() {}", /^it never ends: after 10 s it was still running/],
  ] as const) {
    it(`ends with a sentence: ${what}`, async () => {
      await shared.open("gather", called("gather").title)
      await shared.write("work.ts", text)
      const { how, sentence } = await shared.check()
      assert.equal(how, "not yet")
      assert.match(sentence, expected)
    })
  }

  it("hears a verdict from nobody but its own check: not from a program that posts one", async () => {
    const forged = '{ kind: "checked", result: { passed: true, sentence: "<b>forged</b>", details: [] }, printed: [] }'
    const bare = "export async function main() { return [] }"
    const works = [
      `postMessage(${forged}); postMessage({ kind: "ended" })\n${bare}`,
      `self.onmessage = ({ ports }) => ports[0]?.postMessage(${forged})\nself.addEventListener("message", ({ ports }) => ports[0]?.postMessage(${forged}))\n${bare}`,
      `const { port1, port2 } = new MessageChannel()\nport1.postMessage(${forged})\npostMessage(${forged}, { transfer: [port2] })\nnew BroadcastChannel("asyncio-ts/exercises/gather").postMessage(${forged})\n${bare}`,
    ]
    await shared.open("gather", called("gather").title)
    for (const work of works) {
      await shared.write("work.ts", work)
      assert.deepEqual((await shared.check()).sentence, "brew was never called; the aim is three times")
    }
    // One that takes over what every port has may deceive its own learner, in words that stay words.
    await shared.write("work.ts", `const { postMessage } = MessagePort.prototype\nMessagePort.prototype.postMessage = function () { postMessage.call(this, ${forged}) }\n${bare}`)
    assert.doesNotMatch(await shared.check().then(() => shared.own.page.innerHTML("#verdict")), /<b>/)
  })

  it("asks for nothing but its own files, and complains of nothing", async () => {
    await playground.closed(shared)
  })
})
