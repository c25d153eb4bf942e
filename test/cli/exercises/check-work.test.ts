import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { check } from "./support/work-folder.ts"

const START = 'import * as asyncio from "asyncio-ts"\nexport type Brew = (kind: string) => asyncio.Coroutine<string>\nconst KINDS = ["Masala", "Green", "Ginger"]\n'

describe("the check of a program", () => {
  for (const [what, text, sentence] of [
    ["a syntax error", "export async function main( { }\nlet", /^work\.ts has a syntax error at line \d: /],
    ["a part of TypeScript that Node does not run", "enum Tea { Green }\nexport async function main() {}", /^work\.ts uses a part of TypeScript that Node does not run: /],
    ["another export", "export const mian = 1", /^work\.ts exports no function main \(it exports mian\): write export async function main\(…\)$/],
    ["an export that is no function", "export const main = 1", /^work\.ts exports main, but that is no function: /],
    ["an import that is not there", 'import "./nowhere.ts"', /^work\.ts fails as it is loaded.*nowhere\.ts/],
    ["an error as it is loaded", 'throw new RangeError("no tea")', /^work\.ts fails as it is loaded, at line 1: RangeError: no tea$/],
    ["an error", 'export async function main() { throw new RangeError("no tea") }', /^the program failed: RangeError: no tea$/],
    ["a call that is missing", 'export const main = async () => ["Masala", "Green", "Ginger"].map((kind) => `${kind} is ready.`)', /^brew was never called; the aim is three times$/],
    ["some awaits in a row", `${START}export const main = async (brew: Brew) => [...(await asyncio.gather([brew("Masala"), brew("Green")])), await brew("Ginger")]`, /^it took 4\.0 s; the aim is 2\.0 s$/],
    ["a result out of order", `${START}export const main = async (brew: Brew) => (await asyncio.gather(KINDS.map((kind) => brew(kind)))).reverse()`, /^a result out of order: it gave \["Ginger is ready\.",.*the aim is \["Masala is ready\."/],
    ["another result", `${START}export const main = async (brew: Brew) => (await asyncio.gather(KINDS.map((kind) => brew(kind)))).join()`, /^it gave Masala is ready\.,.*the aim is \["Masala is ready\."/],
    ["a task that nobody awaits", `${START}export const main = async (brew: Brew) => {\n  asyncio.createTask(asyncio.sleep(9), { name: "late" })\n  return asyncio.gather(KINDS.map((kind) => brew(kind)))\n}`, /^a task was left behind when the program had returned: task 'late' \(timer, .*\)$/],
    ["a task that fails for nobody", `${START}export const main = async (brew: Brew) => {\n  asyncio.createTask(async () => { throw new RangeError("no milk") }, { name: "milk" })\n  return asyncio.gather(KINDS.map((kind) => brew(kind)))\n}`, /^an error that nobody took: RangeError: no milk; await the task that fails$/],
    ["a call that blocks", `import { readFileSync } from "node:fs"\n${START}export const main = async (brew: Brew) => {\n  readFileSync(import.meta.filename)\n  return asyncio.gather(KINDS.map((kind) => brew(kind)))\n}`, /^a blocking call: readFileSync ran on the loop's thread once, /],
  ] as const) {
    it(`says in one sentence what is wrong with ${what}`, async () => {
      const result = await check("gather", { "work.ts": text })
      assert.match(result.sentence, sentence)
      assert.doesNotMatch(result.sentence, /\n/)
      assert.equal(result.passed, false)
    })
  }

  it("shows the table of who waits for whom at a deadlock", async () => {
    const { details } = await check("deadlock", {})
    assert.ok(details.some((line) => /payer +lock 'shelf', held by 'packer'/.test(line)), details.join("\n"))
  })

  it("does not take a cancellation that is thrown on for one that is swallowed, nor a late clean-up for none", async () => {
    const work = (body: string): Promise<{ passed: boolean; sentence: string }> => check("cancellation", { "work.ts": `export async function watch(look: () => Promise<void>, save: () => Promise<void>): Promise<void> {\n${body}\n}` })
    assert.equal((await work("try { for (;;) await look() } catch (error) { await save(); throw error }")).passed, true)
    assert.match((await work("for (;;) await look()")).sentence, /^the task was cancelled, and nothing was saved$/)
    assert.match((await work("try { for (;;) await look() } catch { await save() }")).sentence, /^a swallowed cancellation: /)
  })

  const wrong: readonly [name: string, what: string, text: string, sentence: RegExp][] = [
    ["retry", "another last pause", "export async function patiently(call) {\n  for (let attempt = 1; ; attempt += 1) {\n    try { return await call() } catch (error) { if (error instanceof asyncio.CancelledError || attempt === 4) throw error }\n    await asyncio.sleep(attempt)\n  }\n}", /^the four attempts began at 0, 1, 3, 6 s; the aim is 0, 1, 3, 7 s/],
    ["retry", "a call whose cancellation is tried again", "export async function patiently(call) {\n  for (let attempt = 1; ; attempt += 1) {\n    try { return await call() } catch (error) { if (attempt === 4) throw error }\n    await asyncio.sleep(2 ** (attempt - 1))\n  }\n}", /^it was cancelled during a call, and went on|^a swallowed cancellation: /],
    ["queue-workers", "no cooks", "export const main = async (prepare, orders) => (await asyncio.gather(orders.map((order) => prepare(order)))).length", /^6 orders were in work at once; three cooks have one each$/],
    ["deadlock", "no locks", 'export const main = (note) => asyncio.gather([note("paid"), note("packed")])', /^payment and packing went on at once; /],
  ]
  for (const [name, what, text, sentence] of wrong) {
    it(`refuses ${name} with ${what}`, async () => {
      const result = await check(name, { "work.ts": `import * as asyncio from "asyncio-ts"\n${text}` })
      assert.match(result.sentence, sentence)
      assert.equal(result.passed, false)
    })
  }

  it("passes a retry by the library's own", async () => {
    const { passed, sentence } = await check("retry", { "work.ts": 'import { retry } from "asyncio-ts/flow"\nexport const patiently = (call: () => Promise<string>) => retry(call, { attempts: 4, delay: 1, jitter: "none" })' })
    assert.ok(passed, sentence)
  })
})

describe("the picture of a program", () => {
  it("shows what was left behind as it was when the program returned", async () => {
    const { details } = await check("task-group", {})
    assert.ok(details.some((line) => /^west +┃─+ …/.test(line)), details.join("\n"))
    assert.ok(details.some((line) => /^download west +─+ … {2}1\.00 s$/.test(line)), details.join("\n"))
  })
})

describe("the check of a prediction", () => {
  it("shows the first line that comes otherwise than predicted, and why it comes there", async () => {
    const { passed, sentence, details } = await check("order", { "prediction.txt": "# mine\nmain makes two tasks\ntea begins\n" })
    assert.equal(sentence, "line 2 is predicted to be 'tea begins', but the program prints 'main has made them'")
    assert.deepEqual(details, [
      "   0.0 s  main      main makes two tasks",
      ">  0.0 s  main      main has made them",
      "why: createTask only puts a task in line, and main has not awaited yet",
    ])
    assert.equal(passed, false)
  })

  it("names a line that is missing, and one that is too many", async () => {
    const lines = ["long begins", "short begins", "short ends", "long ends", "both have ended"]
    assert.equal((await check("sleep-order", { "prediction.txt": lines.slice(0, 4).join("\r\n") })).sentence, "line 5 is missing, but the program prints 'both have ended'")
    assert.equal((await check("sleep-order", { "prediction.txt": [...lines, "all is over"].join("\n") })).sentence, "line 6 is predicted to be 'all is over', but the program has ended before it")
  })
})

describe("the check of a drawing", () => {
  const said = async (name: string, text: string): Promise<string> => (await check(name, { "timeline.txt": text })).sentence

  it("names what was recorded in place of a line that is drawn otherwise, and shows the timeline", async () => {
    const { sentence, details } = await check("draw-brews", { "timeline.txt": "masala 0..3\ngreen 0..1\n" })
    assert.equal(sentence, "'green 0..1' is not what happens: it was recorded as green 1..2")
    assert.ok(details.some((line) => /^ginger .*✓ {2}2\.50 s$/.test(line)), details.join("\n"))
  })

  it("names a line that is missing, a task that is none, and what is no line", async () => {
    assert.equal(await said("draw-brews", "masala 0..3\ngreen 1..2\n"), "a line of ginger is missing: ginger 2..4.5")
    assert.equal(await said("draw-brews", "oolong 0..3\n"), "no task to be drawn is called oolong: draw masala, green, ginger")
    assert.match(await said("draw-brews", "masala from 0 to 3\n"), /^'masala from 0 to 3' in timeline\.txt is no line of a timeline: write NAME FROM\.\.TO/)
  })

  it("tells a sleep from a place in line", async () => {
    assert.equal(await said("draw-line", "ben sleep 2..4\n"), "'ben sleep 2..4' is not what happens: it was recorded as ben sleep 0..2 and ben sleep 4..6")
    assert.equal(await said("draw-line", "ann line 0..1\n"), "'ann line 0..1' is not what happens: ann never waits so")
  })
})

describe("the check of a classification", () => {
  it("names a wrong answer, and sets the measured evidence beside each reason", async () => {
    const { passed, sentence, details } = await check("classify", { "answers.txt": "ask.ts: cpu-bound, because it asks a lot\nsum.ts: CPU-bound because it adds\n" })
    assert.equal(sentence, "ask.ts is not CPU-bound: measured, it is I/O-bound")
    assert.match(details.join("\n"), /\nask\.ts\n {2}you: {6}CPU-bound, because it asks a lot\n {2}measured: I\/O-bound: code ran for .*\n\nsum\.ts\n {2}you: {6}CPU-bound, because it adds\n {2}measured: .+/)
    assert.equal(passed, false)
  })

  it("says what it cannot read", async () => {
    for (const [text, sentence] of [
      ["ask.ts: fast, because it is", /^'ask\.ts: fast, because it is' in answers\.txt is no answer: write NAME: ANSWER, because …, where the answer is I\/O-bound, CPU-bound, lock-bound$/],
      ["ask.ts: I/O-bound", /^'ask\.ts: I\/O-bound' in answers\.txt is no answer/],
      ["tea.ts: I/O-bound, because it brews", /^answers\.txt speaks of tea\.ts, but the programs are ask\.ts, sum\.ts$/],
      ["ask.ts: I/O-bound, because it waits", /^answers\.txt has no answer for sum\.ts/],
    ] as const) assert.match((await check("classify", { "answers.txt": text })).sentence, sentence)
  })
})
