import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { isFromCheck } from "../../playground/src/is-from-check.ts"

const result = { passed: false, sentence: "not yet", details: ["a line"] }
const checked = { kind: "checked", result, printed: [{ text: "tea", at: 2 }] }
const seen = { recording: { tasks: [], events: [] }, parts: { facts: "e30=", recording: "ab+/" }, tree: "" }

describe("what the page hears of a check", () => {
  it("is what the check tells", () => {
    const told: unknown[] = [{ kind: "alive" }, checked, { ...checked, seen }, { ...checked, result: { ...result, partly: true } }, { ...checked, result: { ...result, passed: true, details: [] }, printed: [] }]
    for (const message of told) assert.ok(isFromCheck(message), JSON.stringify(message))
  })

  it("is nothing else, and no HTML in place of what is packed", () => {
    const posted: unknown[] = [
      null,
      "passed",
      {},
      { kind: "ended" },
      { ...checked, result: null },
      { ...checked, result: { ...result, passed: "yes" } },
      { ...checked, result: { ...result, partly: true, passed: true } },
      { ...checked, result: { ...result, sentence: { toString: "" } } },
      { ...checked, result: { ...result, details: "a line" } },
      { ...checked, result: { ...result, details: [1] } },
      { ...checked, printed: undefined },
      { ...checked, printed: [{ text: "tea", at: "now" }] },
      { ...checked, seen: { ...seen, parts: { facts: "</script><script>alert(1)</script>", recording: "" } } },
      { ...checked, seen: null },
    ]
    for (const message of posted) assert.ok(!isFromCheck(message), JSON.stringify(message))
  })
})
