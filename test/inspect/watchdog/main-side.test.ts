import assert from "node:assert/strict"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import type { Seen } from "#src/inspect/watchdog/blocked.ts"
import { MainSide } from "#src/inspect/watchdog/main-side-node.ts"
import { CELL, SharedCells, TIME } from "#src/inspect/watchdog/shared-cells.ts"

describe("the watchdog's side on the main thread", () => {
  it("says what runs and since when it tells of turns, and tells of as many as are wanted", async () => {
    const cells = new SharedCells()
    const side = new MainSide(cells, false, 1)
    try {
      const { ints, times } = cells
      assert.deepEqual([times[TIME.telling], times[TIME.turned]], [0, 0])
      ints[CELL.wanted] = 3
      const seen = await asyncio.run(async () => JSON.parse(side.look()) as Seen, { name: "brewer" })
      assert.equal(seen.task, "brewer")
      assert.ok(seen.frames.every(({ name }) => name !== "look"))
      assert.equal(times[TIME.telling], seen.at)
      // Asked again while it tells, it goes on as it was.
      side.look()
      assert.equal(times[TIME.telling], seen.at)
      while (times[TIME.telling] !== 0) await new Promise((resolve) => setImmediate(resolve))
      // The turn after the look, and each that was wanted.
      assert.deepEqual([ints[CELL.turns], ints[CELL.wanted]], [4, 0])
      assert.ok((times[TIME.turned] ?? 0) > seen.at)
    } finally {
      side.stop()
    }
  })

  it("tells of one turn, if the watchdog wants no more when that has come", async () => {
    const cells = new SharedCells()
    const side = new MainSide(cells, false, 1)
    try {
      await asyncio.run(async () => side.look())
      while (cells.times[TIME.telling] !== 0) await new Promise((resolve) => setImmediate(resolve))
      assert.equal(cells.ints[CELL.turns], 1)
    } finally {
      side.stop()
    }
  })
})
