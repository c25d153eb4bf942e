import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { cancelFor } from "#src/core/future.ts"
import { seemsClosed } from "../support/closed-under.ts"
import { randomVirtual } from "../support/random.ts"
import { fate, forever, me, now, slowToDie, thrownAs, thrownBy, ticks } from "../support/record.ts"
import { virtual, virtualLazyAndEager } from "../support/virtual.ts"

const boom = new Error("boom")

/** A candidate that notes when it starts, and ends after a while. */
function candidate(log: string[], name: string, seconds: number, error?: Error): () => Promise<string> {
  return async () => {
    log.push(`${name} at ${now()}`)
    await asyncio.sleep(seconds)
    if (error !== undefined) throw error
    return name
  }
}

/** Nobody runs but the test itself. */
function assertAlone(): void {
  assert.deepEqual([...asyncio.allTasks()].map(String), [String(me())])
}

virtual("no candidates, no winner (R202)", async () => {
  for (const delay of [null, undefined, 0, 1]) assert.deepEqual(await asyncio.staggeredRace([], delay), [undefined, null, []])
})

virtualLazyAndEager("one that succeeds wins", async () => {
  assert.deepEqual(await asyncio.staggeredRace([async () => "only"], 1), ["only", 0, [undefined]])
  assert.equal(now(), 0)
  assertAlone()
})

virtualLazyAndEager("when one fails, the next starts at once (R202)", async () => {
  const log: string[] = []
  const race = asyncio.staggeredRace([candidate(log, "a", 1, boom), candidate(log, "b", 1)], 60)
  assert.deepEqual(await race, ["b", 1, [boom, undefined]])
  assert.deepEqual(log, ["a at 0", "b at 1000"])
  assertAlone()
})

virtualLazyAndEager("when one takes longer than the delay, the next starts beside it; the first success cancels the rest", async () => {
  const log: string[] = []
  const [result, index, exceptions] = await asyncio.staggeredRace(
    [candidate(log, "a", 60), candidate(log, "b", 1), candidate(log, "c", 0)],
    2,
  )
  assert.deepEqual([result, index, log], ["b", 1, ["a at 0", "b at 2000"]])
  assert.ok(exceptions[0] instanceof asyncio.CancelledError)
  assert.deepEqual([exceptions.length, exceptions[1], now()], [2, undefined, 3000])
  assertAlone()
})

virtual("an early one that wins while a later one still has its delay ends the race at once (R202)", async () => {
  const log: string[] = []
  const race = asyncio.staggeredRace([candidate(log, "a", 3), candidate(log, "b", 60), candidate(log, "c", 0)], 2)
  assert.deepEqual((await race).slice(0, 2), ["a", 0])
  assert.deepEqual([log, now()], [["a at 0", "b at 2000"], 3000])
  assertAlone()
})

virtual("an early one that fails does not start the next before its time", async () => {
  const log: string[] = []
  const race = asyncio.staggeredRace([candidate(log, "a", 3, boom), candidate(log, "b", 60), candidate(log, "c", 0)], 2)
  assert.deepEqual((await race).slice(0, 2), ["c", 2])
  assert.deepEqual(log, ["a at 0", "b at 2000", "c at 4000"])
})

virtual("without a delay they run one after another (R202)", async () => {
  const log: string[] = []
  const candidates = [candidate(log, "a", 1, boom), candidate(log, "b", 100), candidate(log, "c", 1)]
  assert.deepEqual(await asyncio.staggeredRace(candidates, null), ["b", 1, [boom, undefined]])
  assert.deepEqual(log, ["a at 0", "b at 1000"])
})

virtual("a delay of 0 starts them together", async () => {
  const log: string[] = []
  await asyncio.staggeredRace([candidate(log, "a", 2), candidate(log, "b", 1)], 0)
  assert.deepEqual(log, ["a at 0", "b at 0"])
})

virtualLazyAndEager("when none succeeds, there is no winner, and each exception stands at its place (R202)", async () => {
  const [a, b] = [new Error("a"), new TypeError("b")]
  const sync = (): never => {
    throw boom
  }
  const log: string[] = []
  const race = asyncio.staggeredRace([candidate(log, "a", 2, a), candidate(log, "b", 1, b), sync], 1)
  assert.deepEqual(await race, [undefined, null, [a, b, boom]])
  assertAlone()
})

virtual("two that succeed in one tick: the first wins", async () => {
  const log: string[] = []
  assert.equal((await asyncio.staggeredRace([candidate(log, "a", 2), candidate(log, "b", 2)], 0))[0], "a")
  const stubborn = async (): Promise<string> => {
    await forever().catch(() => undefined)
    return "late"
  }
  assert.equal((await asyncio.staggeredRace([stubborn, candidate(log, "b", 1)], 0))[0], "b")
  assertAlone()
})

virtual("the race waits for the losers' clean-up", async () => {
  const log: string[] = []
  const loser = (): Promise<never> => slowToDie(3, (what) => log.push(`${what} at ${now()}`))
  await asyncio.staggeredRace([loser, candidate([], "b", 0)], 1)
  assert.deepEqual(log, ["cleaned up at 4000"])
  assertAlone()
})

virtualLazyAndEager("cancelled, it cancels every candidate and waits for them (R202)", async () => {
  const log: string[] = []
  const loser = (): Promise<never> => slowToDie(3, (what) => log.push(`${what} at ${now()}`))
  for (const delay of [1, 60]) {
    const race = asyncio.createTask(asyncio.staggeredRace([loser, loser], delay))
    await asyncio.sleep(2)
    race.cancel()
    await asyncio.wait([race])
    assert.equal(fate(race), "cancelled")
    assertAlone()
  }
  assert.deepEqual(log, ["cleaned up at 5000", "cleaned up at 5000", "cleaned up at 10000"])
})

virtual("cancelled again while it waits for clean-up, it still leaves nobody running (R202)", async () => {
  const loser = async (): Promise<void> => {
    for (const seconds of [5, 3]) await asyncio.sleep(60).catch(() => asyncio.sleep(seconds).catch(() => undefined))
  }
  const race = asyncio.createTask(asyncio.staggeredRace([loser], null))
  for (let i = 0; i < 3; i += 1) {
    await asyncio.sleep(1)
    race.cancel()
  }
  await asyncio.wait([race])
  assert.equal(fate(race), "cancelled")
  assertAlone()
})

virtual("a candidate that is stuck at a foreign promise is left behind", async () => {
  const stuck = (): Promise<unknown> => new Promise(() => undefined)
  const deadline = new asyncio.Future<void>()
  const race = asyncio.staggeredRace([stuck, () => deadline], 0)
  setImmediate(() => deadline.setResult())
  assert.deepEqual((await race).slice(0, 2), [undefined, 1])
})

virtual("bad input is refused at the call", async () => {
  assert.ok(thrownBy(() => asyncio.staggeredRace([], NaN)) instanceof RangeError)
  assert.ok(thrownBy(() => asyncio.staggeredRace([], "1" as never)) instanceof TypeError)
  assert.match(thrownBy(() => asyncio.staggeredRace(5 as never, 1)).message, /staggeredRace takes a list/)
  assert.match(thrownBy(() => asyncio.staggeredRace([5 as never], 1)).message, /a candidate of staggeredRace is a function, but 5/)
  const race = asyncio.createTask(asyncio.staggeredRace([() => forever()], 1))
  await ticks(1)
  await thrownAs(asyncio.TimeoutError, asyncio.waitFor(race, 1))
})

randomVirtual("random candidates: the first success wins, starts are as late as they must be, nobody is left", 60, async (random) => {
  const plans = Array.from({ length: 1 + random.below(5) }, (_, i) => ({
    i,
    // No two instants are the same.
    seconds: 1 + random.below(8) + i / 100,
    fails: random.chance(50),
  }))
  const delay = random.chance(30) ? null : 0.5 + random.below(6)
  const starts: number[] = []
  const candidates = plans.map(({ i, seconds, fails }) => async () => {
    starts.push(asyncio.getRunningLoop().time())
    await asyncio.sleep(seconds)
    if (fails) throw new Error(String(i))
    return i
  })
  const [, winner] = await asyncio.staggeredRace(candidates, delay)

  // What must have happened, worked out without a loop.
  const expected: number[] = [0]
  const end = (i: number): number => (expected[i] ?? Infinity) + (plans[i]?.seconds ?? Infinity)
  let best = { at: Infinity, i: -1 }
  for (const { i, fails } of plans) {
    if (!fails && end(i) < best.at) best = { at: end(i), i }
    const next = Math.min((expected[i] ?? 0) + (delay ?? Infinity), fails ? end(i) : Infinity)
    if (next >= best.at || i === plans.length - 1) break
    expected.push(next)
  }
  assert.deepEqual(starts.map((at) => at.toFixed(6)), expected.map((at) => at.toFixed(6)))
  assert.equal(winner, best.i === -1 ? null : best.i)
  assertAlone()
})

virtual("a candidate that is cancelled before it starts lets the next begin", async () => {
  const log: string[] = []
  const race = asyncio.createTask(asyncio.staggeredRace([candidate(log, "first", 1), candidate(log, "second", 1)], null))
  await asyncio.sleep(0)
  for (const task of asyncio.allTasks()) if (task.getName() === "staggeredRace 0") task.cancel()
  assert.deepEqual((await race).slice(0, 2), ["second", 1])
  assert.deepEqual(log, ["second at 0"])
})

virtual("a loop that is closed under it ends it with an error, and it does not wait in a circle", async () => {
  const loop = asyncio.getRunningLoop()
  let closed: ReturnType<typeof seemsClosed> | undefined
  const winner = async (): Promise<void> => {
    const [loser] = [...asyncio.allTasks()].filter((task) => task.getName() === "staggeredRace 0")
    assert.ok(loser !== undefined)
    loop.callSoon(() => {
      const done = loser.done.bind(loser)
      // The race asks just before it waits for the loser.
      loser.done = () => {
        closed ??= seemsClosed(loop)
        return done()
      }
      // On a closed loop no request arrives, and it ends by itself.
      Object.defineProperty(loser, cancelFor, { value: () => false })
    })
  }
  const race = asyncio.staggeredRace([() => slowToDie(1), winner], 1)
  const task = asyncio.createTask(async () => thrownAs(asyncio.RuntimeError, race).finally(() => closed?.end()))
  await asyncio.sleep(2)
  assert.match(fate(task), /^returned RuntimeError: the event loop of task '.*' is closed/)
  assert.equal(closed?.asked, 2)
})
