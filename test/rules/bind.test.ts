/** What is bound is called as it would be by itself. */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { virtual } from "../support/virtual.ts"

virtual("a bound function keeps its this, as listeners of an emitter need", () => {
  const kitchen = {
    heat: 5,
    brew: asyncio.bind(function (this: { heat: number }, cups: number) {
      return this.heat * cups
    }),
  }
  assert.equal(kitchen.brew(2), 10)
})

virtual("a bound function has the name and the length of its own, which frameworks look at", () => {
  const bound = asyncio.bind(function brew(_error: Error, _cups: number) {})
  assert.deepEqual([bound.name, bound.length], ["brew", 2])
})
