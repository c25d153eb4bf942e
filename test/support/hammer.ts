import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { me } from "./record.ts"
import type { Random } from "./random.ts"

/** What lets in so many at a time and no more. */
export interface Gate {
  acquire(): asyncio.Coroutine<unknown>
  release(): void
}

const WORKERS = 6
const VISITS = 8

/**
 * Sends tasks through a gate at random, with time limits and cancellations, and checks that
 * never more than `places` are inside, that they come in in the order of arrival, and that
 * everybody gets through or gives up. A lost wake-up shows as a deadlock.
 */
export async function hammer(random: Random, gate: Gate, places: number): Promise<void> {
  const pause = (): asyncio.Coroutine<void> => asyncio.sleep(random.chance(50) ? 0 : random.below(3) / 1000)
  let inside = 0
  let tickets = 0
  let lastIn = -1
  let visits = 0

  const visit = async (): Promise<void> => {
    const ticket = tickets
    tickets += 1
    if (random.chance(30)) await asyncio.waitFor(gate.acquire(), random.below(4) / 1000)
    else await gate.acquire()
    try {
      assert.ok(ticket > lastIn, `${ticket} came in after ${lastIn}`)
      lastIn = ticket
      inside += 1
      visits += 1
      assert.ok(inside <= places, `${inside} are inside, but there is room for ${places}`)
      if (random.chance(70)) await pause()
    } finally {
      inside -= 1
      gate.release()
    }
  }

  const worker = async (): Promise<void> => {
    for (let i = 0; i < VISITS; i += 1) {
      try {
        await pause()
        await visit()
      } catch (error) {
        if (error instanceof asyncio.CancelledError) me().uncancel()
        else if (!(error instanceof asyncio.TimeoutError)) throw error
      }
    }
  }

  const workers = Array.from({ length: WORKERS }, () => asyncio.createTask(worker))
  while (workers.some((task) => !task.done())) {
    // Rarer as time goes by, so that it ends.
    if (random.chance(40)) random.pick(workers).cancel()
    await pause()
  }
  await asyncio.gather(workers, { returnExceptions: true })
  for (const task of workers) if (!task.cancelled()) task.result()
  assert.equal(inside, 0)
  assert.ok(visits > 0, "somebody came in")
}
