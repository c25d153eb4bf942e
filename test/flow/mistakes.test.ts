import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { isMistake } from "#src/flow/mistakes.ts"

test("errors of the program are told from those of the world", () => {
  const mistakes = [new TypeError("x is undefined"), new ReferenceError("x is not defined"), new asyncio.RuntimeError("used twice"), new asyncio.DeadlockError("a circle"), new asyncio.KeyboardInterrupt()]
  const world = [new Error("busy"), new asyncio.TimeoutError(), new RangeError("far"), new SyntaxError("cut off"), new TypeError("fetch failed", { cause: 1 }), new TypeError("NetworkError when attempting to fetch resource."), "text", undefined, null]
  assert.deepEqual(mistakes.map(isMistake), mistakes.map(() => true))
  assert.deepEqual(world.map(isMistake), world.map(() => false))
})
