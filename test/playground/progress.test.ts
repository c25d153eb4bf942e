import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { Progress, readProgress } from "../../playground/src/progress.ts"

describe("the progress of a learner", () => {
  it("is read back as it was kept", () => {
    for (const progress of [{ hints: 0 }, { hints: 2, done: "passed" as const, text: "await tea()" }, { hints: 1, done: "partly" as const }]) assert.deepEqual(readProgress(JSON.stringify(progress)), progress)
  })

  it("is none where anything else stands in its place", () => {
    for (const text of ["", "{", "null", "7", '"passed"', "[]", '{"hints":-1,"done":"forged","text":{}}', '{"hints":1e999}', '{"hints":"2"}', JSON.stringify({ text: "x".repeat(200_001) })]) assert.deepEqual(readProgress(text), { hints: 0 }, text.slice(0, 40))
  })

  it("lasts as long as the page where the browser keeps nothing, and says so", (t) => {
    const own = Object.getOwnPropertyDescriptor(globalThis, "localStorage")
    t.after(() => (own === undefined ? Reflect.deleteProperty(globalThis, "localStorage") : Object.defineProperty(globalThis, "localStorage", own)))
    Object.defineProperty(globalThis, "localStorage", {
      configurable: true,
      get() {
        throw new Error("denied")
      },
    })
    const progress = new Progress()
    progress.set("gather", { hints: 1 })
    progress.set("gather", { done: "passed" })
    assert.deepEqual(progress.of("gather"), { hints: 1, done: "passed" })
    assert.deepEqual(progress.of("order"), { hints: 0 })
    assert.equal(progress.works, false)
  })
})
