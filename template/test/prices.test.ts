import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { runTest } from "asyncio-ts/testing"
import { prices } from "../src/prices.ts"

const shops = [
  { name: "near", seconds: 2, price: 4 },
  { name: "far", seconds: 3600, price: 3 },
]

// On virtual time: an hour takes none, and every time is exact.
test("a shop that takes too long is left out, and nobody waits longer", () =>
  runTest(async ({ clock }) => {
    assert.deepEqual(await prices(shops, 5), ["near: 4 €", "far: too late"])
    assert.equal(clock.time(), 5)
  }))

test("it can be cancelled while the shops think", () =>
  runTest(async () => {
    const task = asyncio.createTask(prices(shops, 5))
    await asyncio.sleep(1)
    task.cancel()
    await asyncio.wait([task])
    assert.equal(task.cancelled(), true)
  }))
