/** What CPython's test_staggered.py expects and no other test of ours holds. */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { forever, me, thrownAs } from "../support/record.ts"
import { virtual, virtualLazyAndEager } from "../support/virtual.ts"

// CPython: test_one_successful
virtualLazyAndEager("a first candidate that succeeds wins, and the second is not even started", async () => {
  const race = asyncio.staggeredRace([async () => "first", () => assert.fail("it starts")], null)
  assert.deepEqual(await race, ["first", 0, [undefined]])
})

// CPython: test_multiple_winners
virtualLazyAndEager("of two that are woken in one tick one wins, and the other counts as cancelled", async () => {
  const event = new asyncio.Event()
  const woken = (index: number) => async (): Promise<number> => {
    await event.wait()
    return index
  }
  const set = (): Promise<never> => {
    event.set()
    return forever()
  }
  const [result, index, exceptions] = await asyncio.staggeredRace([woken(0), woken(1), set], 0.1)
  assert.deepEqual([result, index], [0, 0])
  assert.deepEqual(exceptions.map((error) => error instanceof asyncio.CancelledError), [false, true, true])
  assert.equal(exceptions[0], undefined)
})

// CPython: test_cancelled
virtual("a race that is cancelled asks its candidate each time, and ends when the candidate has", async () => {
  const log: string[] = []
  const [outer, inner] = [asyncio.timeout(null), asyncio.timeout(null)]
  const candidate = async (): Promise<void> => {
    for (const [timeout, name] of [[inner, "inner"], [outer, "outer"]] as const) {
      timeout.reschedule(-1)
      await asyncio.sleep(0)
      await asyncio.sleep(0).catch(() => log.push(`candidate: ${name}`))
    }
  }
  const race = async (): Promise<unknown> => {
    try {
      return await asyncio.staggeredRace([candidate], null)
    } catch (error) {
      log.push(`race: ${(error as Error).name}`)
      throw error
    }
  }
  await thrownAs(asyncio.TimeoutError, outer.run(() => inner.run(race)))
  assert.deepEqual(log, ["candidate: inner", "candidate: outer", "race: CancelledError"])
  assert.equal(me().cancelling(), 0)
})
