/** What the barrier tests of CPython's test_locks.py expect and no other test of ours holds. */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { fate, fates, thrownBy, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

const PARTIES = 5
const HALF = 2
const INDICES = ["0", "1", "2", "3", "4"]
const AT_REST = { parties: PARTIES, tasksWaiting: 0, broken: false }

/** Runs as many tasks at once, and gives what they return. */
function all<T>(count: number, work: () => Promise<T>): Promise<T[]> {
  return asyncio.gather(Array.from({ length: count }, () => work))
}

/** As texts and sorted, since no task has to be before another. */
function sorted(outcomes: readonly unknown[]): string[] {
  return outcomes.map(String).toSorted()
}

/** What waiting ends with: the index, or that the barrier was broken. */
async function outcome(barrier: asyncio.Barrier): Promise<number | "broken"> {
  try {
    return await barrier.wait()
  } catch (error) {
    if (error instanceof asyncio.BrokenBarrierError) return "broken"
    throw error
  }
}

// CPython: test_barrier_parties
virtual("a barrier of fewer than one is refused", () => {
  for (const parties of [0, -4]) assert.ok(thrownBy(() => new asyncio.Barrier(parties)) instanceof RangeError)
})

// CPython: test_filling_one_task, test_filling_one_task_twice, test_reset_barrier
virtual("a barrier of one lets each task through at once, also after an idle reset", async () => {
  const barrier = new asyncio.Barrier(1)
  assert.equal(await barrier.run(() => "through"), "through")
  for (let round = 0; round < 2; round += 1) {
    const task = asyncio.createTask(barrier.wait())
    await ticks(1)
    assert.deepEqual([fate(task), barrier.statistics()], ["returned 0", { parties: 1, tasksWaiting: 0, broken: false }])
    await barrier.reset()
  }
})

// CPython: test_context_manager (barriers)
virtual("run gives each task an index of its own and leaves the barrier at rest", async () => {
  const barrier = new asyncio.Barrier(3)
  const indices = await all(3, async () => barrier.run((index) => index))
  assert.deepEqual([sorted(indices), barrier.nWaiting, barrier.broken], [INDICES.slice(0, 3), 0, false])
})

// CPython: test_filling_task_by_task, test_filling_tasks_cancel_one
virtual("those who wait are counted as they come and go, a tick each", async () => {
  const barrier = new asyncio.Barrier(3)
  const tasks: asyncio.Task<number>[] = []
  const arrive = (): PromiseLike<void> => {
    tasks.push(asyncio.createTask(barrier.wait()))
    return ticks(1)
  }
  await arrive()
  assert.equal(barrier.nWaiting, 1)
  await arrive()
  assert.equal(barrier.nWaiting, 2)
  tasks[0]?.cancel()
  await ticks(1)
  assert.equal(barrier.nWaiting, 1)
  await arrive()
  assert.equal(barrier.nWaiting, 2)
  await arrive()
  await asyncio.wait(tasks)
  assert.deepEqual(fates(tasks).toSorted(), ["cancelled", "returned 0", "returned 1", "returned 2"])
  assert.equal(tasks[0]?.cancelled(), true)
  assert.deepEqual([barrier.nWaiting, barrier.broken], [0, false])
})

// CPython: test_filling_tasks_wait_twice, test_filling_tasks_check_return_value
virtual("the same tasks pass a barrier twice, and get every index once each time", async () => {
  const barrier = new asyncio.Barrier(PARTIES)
  const pairs = await all(PARTIES, async () => [await barrier.wait(), await barrier.wait()] as const)
  for (const round of [0, 1] as const) assert.deepEqual(sorted(pairs.map((pair) => pair[round])), INDICES)
  assert.deepEqual(barrier.statistics(), AT_REST)
})

// CPython: test_blocking_tasks_while_draining
virtual("tasks that wait again while others still leave form the next round", async () => {
  const barrier = new asyncio.Barrier(PARTIES)
  const others = new asyncio.Barrier(PARTIES - HALF)
  let again = HALF
  let between = 0
  await all(PARTIES, async () => {
    await barrier.wait()
    again -= 1
    if (again < 0) {
      await others.wait()
      between += 1
    }
    await barrier.wait()
  })
  assert.deepEqual([between, barrier.statistics()], [PARTIES - HALF, AT_REST])
})

// CPython: test_reset_barrier_while_tasks_waiting
virtual("reset by another task breaks all that wait", async () => {
  const barrier = new asyncio.Barrier(PARTIES)
  const waiting = asyncio.createTask(() => all(PARTIES - 1, () => outcome(barrier)))
  await ticks(2)
  asyncio.createTask(barrier.reset())
  assert.deepEqual([await waiting, barrier.statistics()], [Array(PARTIES - 1).fill("broken"), AT_REST])
})

// CPython: test_reset_barrier_when_tasks_half_draining
virtual("reset when some have left breaks those who have not", async () => {
  const barrier = new asyncio.Barrier(PARTIES)
  let left = 0
  const outcomes = await all(PARTIES, async () => {
    const how = await outcome(barrier)
    if (how !== "broken" && (left += 1) === PARTIES - HALF) await barrier.reset()
    return how
  })
  assert.equal(outcomes.filter((how) => how === "broken").length, HALF)
  assert.deepEqual(barrier.statistics(), AT_REST)
})

// CPython: test_reset_barrier_when_tasks_half_draining_half_blocking
virtual("reset when some have left spares those who wait to enter again: they form the next round", async () => {
  const barrier = new asyncio.Barrier(PARTIES)
  let left = 0
  const outcomes = await all(PARTIES, async () => {
    const first = await outcome(barrier)
    if (first !== "broken" && (left += 1) > HALF) await barrier.reset()
    return [first, await outcome(barrier)] as const
  })
  assert.equal(outcomes.filter(([first]) => first === "broken").length, HALF)
  assert.deepEqual(sorted(outcomes.map(([, second]) => second)), INDICES)
  assert.deepEqual(barrier.statistics(), AT_REST)
})

// CPython: test_reset_barrier_while_tasks_waiting_and_waiting_again
virtual("those whom a reset has broken may wait again at once", async () => {
  const barrier = new asyncio.Barrier(PARTIES)
  const again = asyncio.createTask(() =>
    all(PARTIES - 1, async () => {
      assert.equal(await outcome(barrier), "broken")
      return barrier.wait()
    }),
  )
  await ticks(2)
  asyncio.createTask(barrier.reset())
  await ticks(1)
  const last = asyncio.createTask(barrier.wait())
  assert.deepEqual(sorted([...(await again), await last]), INDICES)
  assert.deepEqual(barrier.statistics(), AT_REST)
})

// CPython: test_reset_barrier_while_tasks_draining
virtual("reset by the last to leave breaks nobody who waits for the next round", async () => {
  const barrier = new asyncio.Barrier(PARTIES)
  let left = 0
  const outcomes = await all(PARTIES, async () => {
    await barrier.wait()
    left += 1
    if (left === PARTIES) await barrier.reset()
    return [await outcome(barrier), await outcome(barrier)]
  })
  assert.equal(outcomes.flat().includes("broken"), false)
  assert.deepEqual(barrier.statistics(), AT_REST)
})

// CPython: test_abort_barrier
virtual("an idle barrier that is aborted is broken", async () => {
  const barrier = new asyncio.Barrier(1)
  asyncio.createTask(barrier.abort())
  await ticks(1)
  assert.deepEqual(barrier.statistics(), { parties: 1, tasksWaiting: 0, broken: true })
})

// CPython: test_abort_barrier_when_tasks_half_draining_half_blocking
virtual("abort when some have left breaks those who have not, and those who wait to enter again", async () => {
  const barrier = new asyncio.Barrier(PARTIES)
  let left = 0
  const outcomes = await all(PARTIES, async () => {
    if ((await outcome(barrier)) === "broken") return "had not left"
    left += 1
    if (left > HALF) return barrier.abort().then(() => "aborted")
    return (await outcome(barrier)) === "broken" ? "was to enter" : "entered"
  })
  assert.deepEqual(sorted(outcomes), ["aborted", "had not left", "had not left", "was to enter", "was to enter"])
  assert.deepEqual(barrier.statistics(), { ...AT_REST, broken: true })
})

// CPython: test_abort_barrier_when_exception
virtual("a task that fails after the first round may abort the second for all others", async () => {
  const barrier = new asyncio.Barrier(PARTIES)
  const second = await all(PARTIES, async () => {
    try {
      await barrier.run((index) => {
        if (index === HALF) throw new Error("boom")
      })
      return await barrier.run((index) => index)
    } catch (error) {
      if (error instanceof asyncio.BrokenBarrierError) return "broken"
      await barrier.abort()
      return "failed"
    }
  })
  assert.deepEqual(sorted(second), ["broken", "broken", "broken", "broken", "failed"])
  assert.deepEqual(barrier.statistics(), { ...AT_REST, broken: true })
})

// CPython: test_abort_barrier_when_exception_then_resetting
virtual("an aborted barrier that is reset when everybody has met elsewhere serves again", async () => {
  const [barrier, meeting] = [new asyncio.Barrier(PARTIES), new asyncio.Barrier(PARTIES)]
  const outcomes = await all(PARTIES, async () => {
    let how: number | string = await outcome(barrier)
    if (how === HALF) {
      await barrier.abort()
      how = "aborted"
    } else if (how !== "broken") how = await outcome(barrier)
    if ((await meeting.wait()) === HALF) await barrier.reset()
    await meeting.wait()
    return [how, await barrier.wait()] as const
  })
  assert.deepEqual(sorted(outcomes.map(([how]) => how)), ["aborted", "broken", "broken", "broken", "broken"])
  assert.deepEqual(sorted(outcomes.map(([, index]) => index)), INDICES)
  assert.deepEqual(barrier.statistics(), AT_REST)
})
