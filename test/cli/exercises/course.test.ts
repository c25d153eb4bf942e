import assert from "node:assert/strict"
import { cpSync, existsSync, readFileSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { describe, it } from "node:test"

import { answerLines } from "#src/cli/exercises/answer-lines.ts"
import { checkWork } from "#src/cli/exercises/check-work.ts"
import { COURSE } from "#src/cli/exercises/course.ts"
import { ANSWER_FILES, givenFiles, OBJECTIVES } from "#src/cli/exercises/exercise.ts"
import { course, workFolder } from "./support/work-folder.ts"

/** What is said of the work as it is given. */
const AT_FIRST: Readonly<Record<string, string | RegExp>> = {
  "first-await": "a forgotten await: coroutine 'greet' was made and never awaited, so nothing of it ran",
  order: "prediction.txt has no line yet: write those that program.ts will print, in their order",
  gather: "these three ran one after another: 6.0 s; the aim is 2.0 s",
  "create-task": "these two ran one after another: 5.0 s; the aim is 3.0 s",
  "draw-brews": "timeline.txt has no line yet: write NAME FROM..TO, such as tea 0..1.5",
  "blocking-call": "a blocking call: Atomics.wait ran on the loop's thread twice, and every other task stood still meanwhile",
  classify: /^answers\.txt has no answer for ask\.ts: write NAME: ANSWER, because …/,
  timeout: "a query that takes 60.0 s was waited for 60.0 s; the aim is to give up after 1.0 s",
  cancellation: /^a swallowed cancellation: /,
  "task-group": /^two tasks were left behind when the program had returned: task 'north' \(.*\), task 'west' \(.*\)$/,
  semaphore: "six were fetched at once; the aim is at most two",
  "queue-workers": /^three tasks were left behind when the program had returned: task 'one' \(queue 'orders' empty.*\), task 'two' /,
  "async-iterator": "the loop was left after three readings, and the sensor was never closed",
  retry: "a call that succeeds at the third attempt was tried once and gave 'Error: busy 1'",
  "order-of-ending": "prediction.txt has no line yet: write those that program.ts will print, in their order",
  "draw-line": /^timeline\.txt has no line yet: write NAME sleep FROM\.\.TO or NAME line FROM\.\.TO/,
  "classify-limits": /^answers\.txt has no answer for gathered\.ts/,
  "inspect-tasks": 'it gave [["main","mill","anvil"],["main","mill"]]; the aim is [["anvil","mill"],["mill"]]',
  deadlock: /^nothing can ever happen again: .*'payer'.*lock 'shelf'.*'packer'.*lock 'till'/,
  "own-pattern": /^the program failed: Error: connection reset$/,
  "sleep-once": "a forgotten await: coroutine 'rest' was made and never awaited, so nothing of it ran",
  "sleep-order": "prediction.txt has no line yet: write those that program.ts will print, in their order",
  "sleep-together": "timeline.txt has no line yet: write NAME FROM..TO, such as tea 0..1.5",
  "sleep-cancel": "prediction.txt has no line yet: write those that program.ts will print, in their order",
  "sleep-line": /^timeline\.txt has no line yet/,
  "sleep-or-compute": "prediction.txt has no line yet: write those that program.ts will print, in their order",
}

describe("each exercise", () => {
  for (const exercise of COURSE) {
    it(`${exercise.name} does not pass as it is given, and the sentence says why`, async () => {
      const { passed, sentence } = await checkWork(exercise, workFolder(exercise))
      const expected = AT_FIRST[exercise.name] ?? "a sentence in this test"
      if (typeof expected === "string") assert.equal(sentence, expected)
      else assert.match(sentence, expected)
      assert.equal(passed, false)
    })

    it(`${exercise.name} passes with its solution`, async () => {
      const folder = workFolder(exercise)
      cpSync(join(course, exercise.name, "solution"), folder, { recursive: true })
      const { passed, sentence, details } = await checkWork(exercise, folder)
      assert.ok(passed, [sentence, ...details].join("\n"))
    })
  }
})

describe("the course", () => {
  it("has a folder for each exercise, and no other", () => {
    assert.deepEqual(readdirSync(course).sort(), COURSE.map(({ name }) => name).sort())
    for (const exercise of COURSE) {
      const { name, title } = exercise
      assert.ok(readFileSync(join(course, name, "README.md"), "utf8").startsWith(`# ${title}\n`), name)
      for (const file of [ANSWER_FILES[exercise.kind], ...givenFiles(exercise)]) assert.ok(existsSync(join(course, name, "start", file)), `${name}: ${file}`)
      assert.ok(existsSync(join(course, name, "solution", ANSWER_FILES[exercise.kind])), name)
      for (const file of givenFiles(exercise).filter((file) => existsSync(join(course, name, "solution", file)))) {
        assert.equal(readFileSync(join(course, name, "solution", file), "utf8"), readFileSync(join(course, name, "start", file), "utf8"), `${name}: ${file} is as it was given`)
      }
    }
  })

  it("leads from each exercise to a smaller step of the remedial track, and from there no further", () => {
    for (const { name, track, remedial } of COURSE) {
      if (track === "remedial") assert.equal(remedial, undefined, name)
      else assert.equal(COURSE.find((exercise) => exercise.name === remedial)?.track, "remedial", name)
    }
  })

  it("has an exercise for each objective, and each kind of check on the main track", () => {
    assert.deepEqual(new Set(COURSE.map(({ objective }) => objective)), new Set(Object.keys(OBJECTIVES)))
    assert.deepEqual(new Set(COURSE.filter(({ track }) => track === "main").map(({ kind }) => kind)), new Set(["program", "predict", "draw", "classify"]))
  })

  it("gives a reason for each line that is to be predicted", () => {
    for (const exercise of COURSE) {
      if (exercise.kind !== "predict") continue
      const lines = answerLines(readFileSync(join(course, exercise.name, "solution", "prediction.txt"), "utf8"))
      assert.deepEqual(Object.keys(exercise.reasons), lines, exercise.name)
    }
  })

  it("is the table of docs/exercises.md", () => {
    const rows = readFileSync(new URL("../../../docs/exercises.md", import.meta.url), "utf8").split("\n").filter((line) => /^\| \d+ \|/.test(line))
    assert.deepEqual(rows, COURSE.map(({ name, title, track, kind, objective, remedial }, at) => `| ${at + 1} | \`${name}\` | ${title} | ${OBJECTIVES[objective]} | ${kind} | ${track} | ${remedial === undefined ? "" : `\`${remedial}\``} |`))
  })
})
