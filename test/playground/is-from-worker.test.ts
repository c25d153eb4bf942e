import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { isFromWorker } from "../../playground/src/is-from-worker.ts"

const recording = { tasks: [], events: [] }
const seen = { recording, parts: { facts: "e30=", recording: "ab+/" }, tree: "" }

describe("what the page hears of its worker", () => {
  it("is what the worker tells", () => {
    const told: unknown[] = [
      { kind: "ended" },
      { kind: "failed", text: "Error: no tea", line: 3 },
      { kind: "output", level: "log", text: "tea", time: undefined },
      { kind: "seen", seen },
    ]
    for (const message of told) assert.ok(isFromWorker(message), JSON.stringify(message))
  })

  it("is nothing that a program has posted itself, and no HTML in place of what is packed", () => {
    const script = "</script><script>alert(1)</script>"
    const posted: unknown[] = [
      null,
      undefined,
      "tea",
      {},
      { kind: "tea" },
      { kind: "failed", text: {} },
      { kind: "output", level: "log x", text: "tea" },
      { kind: "output", level: "log", text: "tea", time: "now" },
      { kind: "seen" },
      { kind: "seen", seen: { ...seen, recording: null } },
      { kind: "seen", seen: { ...seen, parts: { facts: script, recording: "" } } },
      { kind: "seen", seen: { ...seen, parts: { facts: "", recording: `ab\n${script}` } } },
    ]
    for (const message of posted) assert.ok(!isFromWorker(message), JSON.stringify(message))
  })
})
