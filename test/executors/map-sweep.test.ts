/** A loop over `map`, cancelled in every way at every moment, as the waits of the main entry are. */
import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { mapChunks } from "#src/executors/map-chunks.ts"
import { runCell, type Timing } from "../sweep/cell.ts"
import type { Operation } from "../sweep/stage.ts"
import { WAYS } from "../sweep/ways.ts"

const TIMINGS: readonly Timing[] = [
  { name: "while it waits", complete: "never", ticks: 0 },
  ...[0, 1, 2, 3, 4, 5].map((ticks) => ({ name: `completed ${ticks} ticks before`, complete: "before" as const, ticks })),
  ...[0, 1, 2].map((ticks) => ({ name: `completed ${ticks} ticks after`, complete: "after" as const, ticks })),
]

type Pending = asyncio.Future<string>

/** What waits for a future, which `complete` sets; the source is closed in any case. */
function on(collect: (future: Pending, told: { opened: number; closed: number }) => PromiseLike<unknown>): Operation {
  return {
    gives: ["done"],
    // It waits for what it has cancelled, and may be cancelled anew meanwhile.
    latest: true,
    make: () => {
      const future: Pending = new asyncio.Future()
      const told = { opened: 0, closed: 0 }
      return {
        wait: () => collect(future, told),
        complete: () => {
          if (!future.done()) future.setResult("done")
        },
        rest: () => assert.equal(told.closed, told.opened, "sources that are open"),
      }
    },
  }
}

type Source = Parameters<typeof mapChunks>[0]
type Run = Parameters<typeof mapChunks>[1]

async function collect(source: Source, run: Run, chunkSize?: number): Promise<unknown[]> {
  const all: unknown[] = []
  for await (const result of mapChunks<unknown>(source, run, { lanes: 2, ordered: true, chunkSize, inFlight: 1 })) all.push(result)
  return all
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  "map, its chunk": on((future, told) => {
    function* source(): Generator<number> {
      told.opened += 1
      try {
        yield 1
      } finally {
        told.closed += 1
      }
    }
    return collect(source(), async () => ({ values: [await future], seconds: 0 }))
  }),
  "map, its source": on((future, told) => {
    async function* source(): AsyncGenerator<string> {
      told.opened += 1
      try {
        yield await future
      } finally {
        told.closed += 1
      }
    }
    return collect(source(), async (values) => ({ values, seconds: 0 }))
  }),
  "map, its source, with full chunks": on((future, told) => {
    async function* source(): AsyncGenerator<string> {
      told.opened += 1
      try {
        yield await future
      } finally {
        told.closed += 1
      }
    }
    return collect(source(), async (values) => ({ values, seconds: 0 }), 3)
  }),
}

for (const [name, operation] of Object.entries(OPERATIONS)) {
  test(`${name}: nothing is lost or left when the loop is cancelled`, async () => {
    const failures: string[] = []
    for (const way of WAYS) {
      for (const timing of way.early !== undefined ? TIMINGS.slice(0, 1) : TIMINGS) {
        for (const eager of [false, true]) {
          try {
            await runCell({ operation, position: 0, way, timing, eager })
          } catch (error) {
            failures.push(`${way.name}, ${timing.name}${eager ? ", eager" : ""}: ${String(error).replaceAll(/\s+/g, " ")}`)
          }
        }
      }
    }
    assert.deepEqual(failures, [])
  })
}
