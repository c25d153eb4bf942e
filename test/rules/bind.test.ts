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
