import assert from "node:assert/strict"
import { describe, it } from "node:test"

import type { Failure } from "../../conformance/interpreter.ts"
import { describeFailure, Report } from "../../conformance/report.ts"
import type { Located } from "../../conformance/runner.ts"
import type { TraceEvent } from "../../conformance/scenario.ts"

const START: TraceEvent = [0, "main", "start"]
const ITEM: Located = {
  scenario: {
    id: "x-1",
    profile: "tasks",
    objects: {},
    main: [["sleep", 5]],
    trace: [START, [5, "main", "sleep 5"]],
  },
  place: "x.jsonl:1",
  rerun: "--only x-1 x.jsonl",
}
const FAILURE: Failure = { at: 1, got: [START, [4, "main", "sleep 5"]] }

function written(isTTY = false): { text: () => string; output: { write(text: string): void; isTTY: boolean } } {
  const parts: string[] = []
  return { text: () => parts.join(""), output: { write: (text) => void parts.push(text), isTTY } }
}

describe("Report", () => {
  it("ends with the count alone on the last line", () => {
    const { text, output } = written()
    const report = new Report(output, "")
    for (let i = 0; i < 1234; i++) report.passed(0.5)
    report.failed(ITEM, FAILURE, 0.5)
    report.end()
    assert.equal(report.anyFailed, true)
    const lines = text().split("\n")
    assert.equal(lines.at(-1), "")
    assert.equal(lines.at(-2), "1234 passed, 1 failed")
    assert.match(lines.at(-3) ?? "", /^1,235 scenarios run at 2,000 a second, \d+\.\d s in all$/)
  })

  it("says how to run just the scenario that failed, entered as it was", () => {
    const { text, output } = written()
    new Report(output, " --entry timer").failed(ITEM, FAILURE, 0.5)
    assert.match(text(), /^rerun: npm run conformance -- --only x-1 x\.jsonl --entry timer$/m)
  })

  it("shows a few failures in full, some by name, and counts the rest", () => {
    const { text, output } = written()
    const report = new Report(output, "")
    for (let i = 0; i < 30; i++) report.failed(ITEM, FAILURE, 0.5)
    report.end()
    assert.equal(text().match(/^rerun:/gm)?.length, 3)
    assert.equal(text().match(/^FAILED x-1/gm)?.length, 23)
    assert.match(text(), /^and 7 more$/m)
    assert.match(text(), /^0 passed, 30 failed$/m)
  })

  it("shows progress on a terminal only, and wipes it before the next line", (context) => {
    let now = 1000
    context.mock.method(performance, "now", () => now)
    const file = written()
    const terminal = written(true)
    for (const { output } of [file, terminal]) {
      now = 1000
      const report = new Report(output, "", 200_000)
      now = 2000
      report.passed(0.5)
      report.line("next")
    }
    assert.equal(file.text(), "next\n")
    assert.equal(terminal.text(), "\r\u001b[K1 of 200,000\r\u001b[Knext\n")
  })
})

describe("describeFailure", () => {
  it("gives id, place and both traces", () => {
    const lines = describeFailure(ITEM, FAILURE).split("\n")
    assert.equal(lines[0], "FAILED x-1 (x.jsonl:1)")
    assert.equal(lines[1], "event 2 of 2 differs:")
    assert.match(lines.at(-1) ?? "", /^ {2}> +5 ms {2}main: sleep 5 +4 ms {2}main: sleep 5$/)
  })

  it("shows what went wrong beside the trace, with its cause", () => {
    const trouble = new Error("outer", { cause: new Error("inner") })
    const text = describeFailure(ITEM, { got: [], trouble })
    assert.match(text, /^FAILED x-1 \(x\.jsonl:1\)\nError: outer\n[^]*\ncaused by: Error: inner\n/)
    assert.doesNotMatch(text, /differs/)
  })
})
