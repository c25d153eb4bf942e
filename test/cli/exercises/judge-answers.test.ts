import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { verdictOf, type Verdict, type VerdictKind } from "asyncio-ts/inspect"

import { answerIn, judgeAnswers, type Given } from "#src/cli/exercises/judge-answers.ts"

const ANSWERS: readonly Given[] = [
  { program: "ask.ts", answer: "I/O-bound", because: "it asks" },
  { program: "sum.ts", answer: "CPU-bound", because: "it adds" },
]

function verdict(kind: VerdictKind): Verdict {
  return { ...verdictOf({ tasks: [], events: [], dropped: 0 }), kind, text: `it is ${kind}` }
}

describe("judgeAnswers", () => {
  it("passes what is as measured, with the evidence beside each reason", () => {
    const { passed, partly, details } = judgeAnswers(ANSWERS, new Map([["ask.ts", verdict("io")], ["sum.ts", verdict("starved")]]))
    assert.deepEqual([passed, partly], [true, undefined])
    assert.deepEqual(details, ["ask.ts", "  you:      I/O-bound, because it asks", "  measured: it is io", "", "sum.ts", "  you:      CPU-bound, because it adds", "  measured: it is starved"])
  })

  it("neither passes nor refutes what cannot be measured here, and says which it is", () => {
    const unmeasured = new Map([["ask.ts", "uses startServer of asyncio-ts"]])
    const right = judgeAnswers(ANSWERS, new Map([["sum.ts", verdict("cpu")]]), unmeasured)
    assert.deepEqual([right.passed, right.partly], [false, true])
    assert.equal(right.sentence, "sum.ts is as measured, and ask.ts, which uses startServer of asyncio-ts, can be measured in the terminal alone")
    assert.ok(right.details.includes("  measured: not here: it uses startServer of asyncio-ts"), right.details.join("\n"))
    const wrong = judgeAnswers(ANSWERS, new Map([["sum.ts", verdict("io")]]), unmeasured)
    assert.deepEqual([wrong.passed, wrong.partly], [false, undefined])
    assert.equal(wrong.sentence, "sum.ts is not CPU-bound: measured, it is I/O-bound")
  })
})

describe("answerIn", () => {
  it("reads a line of answers.txt, and nothing else", () => {
    assert.deepEqual(answerIn("sum.ts: cpu-bound because it adds, all day"), { program: "sum.ts", answer: "CPU-bound", because: "it adds, all day" })
    for (const line of ["sum.ts: CPU-bound", "sum.ts: fast, because it is", "because it adds", ""]) assert.equal(answerIn(line), undefined, line)
  })
})
