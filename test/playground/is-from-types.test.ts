import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { isAnswer, isFromTypes } from "../../playground/src/types/is-from-types.ts"

const span = { from: 0, to: 3 }

describe("what the page hears of the type service", () => {
  it("is what the service tells", () => {
    for (const message of [{ kind: "ready" }, { kind: "failed", reason: "404" }, { kind: "answer", id: 1, answer: [] }, { kind: "answer", id: 1 }]) assert.ok(isFromTypes(message), JSON.stringify(message))
    assert.ok(isAnswer("mistakes", [{ ...span, message: "no tea", stops: true }]))
    assert.ok(isAnswer("completions", { from: 0, offers: [{ name: "gather", kind: "function", rank: "11" }, { name: "sleep", kind: "function", rank: "16", source: "asyncio-ts" }] }))
    assert.ok(isAnswer("details", { code: "const tea: string", text: "", changes: [{ ...span, text: "x" }] }))
    assert.ok(isAnswer("hover", { ...span, code: "const tea: string", text: "" }))
    assert.ok(isAnswer("call", { from: 0, before: "brew(", parameter: "kind: string", after: ")", text: "" }))
  })

  it("is nothing else, and no answer of another kind", () => {
    const messages: unknown[] = [null, undefined, "ready", [], {}, { kind: "tea" }, { kind: "failed" }, { kind: "failed", reason: {} }, { kind: "answer" }, { kind: "answer", id: "1" }, { kind: "answer", id: Number.NaN }]
    for (const message of messages) assert.ok(!isFromTypes(message), JSON.stringify(message))
    assert.ok(!isAnswer("mistakes", undefined))
    assert.ok(!isAnswer("mistakes", { length: 1, 0: { ...span, message: "no tea", stops: true } }))
    for (const place of [-1, 0.5, Number.NaN, Infinity, "0", undefined]) {
      assert.ok(!isAnswer("mistakes", [{ ...span, from: place, message: "no tea", stops: true }]), String(place))
      assert.ok(!isAnswer("hover", { ...span, to: place, code: "", text: "" }), String(place))
      assert.ok(!isAnswer("completions", { from: place, offers: [] }), String(place))
    }
    assert.ok(!isAnswer("completions", { from: 0, offers: [{ name: "gather", kind: "function", rank: "11", source: 3 }] }))
    assert.ok(!isAnswer("details", { code: "", text: "", changes: [null] }))
    assert.ok(!isAnswer("hover", { ...span, code: { toString: "tea" }, text: "" }))
    assert.ok(!isAnswer("call", { ...span, code: "", text: "" }))
  })
})
