/** What CPython's test_locks.py expects and no other test of ours holds. */
import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { fate, fates, thrown, thrownAs, ticks, ticksOf } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

/** A task for each name, which notes it when `work` is through. */
function noting(work: () => PromiseLike<unknown>, names: readonly number[], log: number[]): asyncio.Task<unknown>[] {
  return names.map((name) => asyncio.createTask(() => work().then(() => log.push(name))))
}

// CPython: test_lock, test_lock_by_with_statement, test_semaphore, test_barrier
virtual("awaiting a primitive instead of its acquire or wait gives the primitive, and takes nothing", async () => {
  for (const Kind of [asyncio.Lock, asyncio.Condition, asyncio.Semaphore, asyncio.BoundedSemaphore]) {
    const primitive = new Kind()
    assert.equal(await primitive, primitive)
    assert.equal(primitive.locked(), false)
    const held = await primitive.acquire()
    assert.equal(primitive.locked(), true)
    held.release()
    assert.equal(primitive.locked(), false)
  }
  const barrier = new asyncio.Barrier(5)
  assert.equal(await barrier, barrier)
  assert.deepEqual(barrier.statistics(), { parties: 5, tasksWaiting: 0, broken: false })
})

// CPython: test_acquire (locks)
virtual("each release lets exactly one in, in the order of arrival, a newcomer last", async () => {
  const lock = new asyncio.Lock()
  const log: number[] = []
  await lock.acquire()
  noting(() => lock.acquire(), [1, 2], log)
  await ticks(1)
  assert.deepEqual(log, [])
  lock.release()
  await ticks(1)
  assert.deepEqual(log, [1])
  await ticks(1)
  assert.deepEqual(log, [1])
  noting(() => lock.acquire(), [3], log)
  lock.release()
  await ticks(1)
  assert.deepEqual(log, [1, 2])
  lock.release()
  await ticks(1)
  assert.deepEqual([log, lock.locked()], [[1, 2, 3], true])
})

// CPython: test_acquire_cancel (locks and semaphores), test_wait_cancel (events and conditions)
virtual("a cancelled wait leaves nobody in line", async () => {
  const lock = new asyncio.Lock()
  const semaphore = new asyncio.Semaphore(0)
  const [event, condition] = [new asyncio.Event(), new asyncio.Condition()]
  await lock.acquire()
  await condition.acquire()
  for (const [wait, primitive] of [
    [() => lock.acquire(), lock],
    [() => semaphore.acquire(), semaphore],
    [() => event.wait(), event],
    [() => condition.wait(), condition],
  ] as const) {
    const task = asyncio.createTask<unknown>(wait)
    asyncio.getRunningLoop().callSoon(() => void task.cancel())
    await asyncio.wait([task])
    assert.deepEqual([fate(task), primitive.statistics().tasksWaiting], ["cancelled", 0])
  }
  assert.deepEqual([lock.locked(), condition.locked()], [true, true])
})

// CPython: test_release_no_waiters (locks and semaphores)
virtual("released with nobody in line, it is free", async () => {
  for (const primitive of [new asyncio.Lock(), new asyncio.Semaphore(1)]) {
    await primitive.acquire()
    assert.equal(primitive.locked(), true)
    primitive.release()
    assert.equal(primitive.locked(), false)
    assert.equal(await ticksOf(() => primitive.acquire()), 0)
  }
})

// CPython: test_finished_waiter_cancelled
virtual("the first in line cancelled and the lock released in one tick: who comes then has it a tick later", async () => {
  const lock = new asyncio.Lock()
  await lock.acquire()
  const first = asyncio.createTask(() => lock.acquire())
  await ticks(1)
  const second = asyncio.createTask(() => lock.acquire())
  first.cancel()
  lock.release()
  await ticks(1)
  assert.deepEqual([lock.locked(), fate(first)], [true, "cancelled"])
  await second
})

// CPython: test_wait (events)
virtual("a task that begins to wait after the flag is up is through before those who were in line", async () => {
  const event = new asyncio.Event()
  const log: number[] = []
  noting(() => event.wait(), [1, 2], log)
  await ticks(1)
  noting(() => event.wait(), [3], log)
  event.set()
  await ticks(1)
  assert.deepEqual(log, [3, 1, 2])
})

// CPython: test_clear_with_waiters
virtual("set, cleared and set again before its turn, a waiter goes on once, and stays in line until then", async () => {
  const event = new asyncio.Event()
  const log: number[] = []
  const [task] = noting(() => event.wait(), [1], log)
  await ticks(1)
  event.set()
  event.clear()
  assert.equal(event.isSet(), false)
  event.set()
  event.set()
  assert.deepEqual([log, event.statistics().tasksWaiting], [[], 1])
  await ticks(1)
  assert.deepEqual([log, event.statistics().tasksWaiting, task?.done()], [[1], 0, true])
})

// CPython: test_wait (conditions)
virtual("notified tasks go on one after the other, as each gives the lock back", async () => {
  const condition = new asyncio.Condition()
  const log: number[] = []
  noting(() => condition.acquire().then(() => condition.wait()), [1, 2, 3], log)
  await ticks(1)
  assert.equal(condition.locked(), false)
  await condition.acquire()
  condition.notify()
  for (const expected of [[], [1]]) {
    await ticks(1)
    assert.deepEqual([log, condition.locked()], [expected, true])
    if (expected.length === 0) condition.release()
  }
  condition.notify(2)
  for (const expected of [[1], [1, 2], [1, 2, 3]]) {
    await ticks(1)
    assert.deepEqual([log, condition.locked()], [expected, true])
    if (expected.length < 3) condition.release()
  }
})

// CPython: test_wait_cancel_contested
virtual("notified, cancelled while the lock is contested, a wait ends with the lock held", async () => {
  const condition = new asyncio.Condition()
  await condition.acquire()
  const task = asyncio.createTask(() => condition.wait())
  await ticks(1)
  assert.equal(condition.locked(), false)
  await condition.acquire()
  condition.notify()
  const loop = asyncio.getRunningLoop()
  loop.callSoon(() => void task.cancel())
  loop.callSoon(() => condition.release())
  await asyncio.wait([task])
  assert.equal(condition.locked(), true)
})

// CPython: test_context_manager, test_explicit_lock (conditions)
virtual("a condition and the lock it was given are held and released together", async () => {
  for (const lock of [undefined, new asyncio.Lock()]) {
    const condition = new asyncio.Condition(lock)
    const state = (): (boolean | undefined)[] => [condition.locked(), lock?.locked() ?? condition.locked()]
    assert.deepEqual(state(), [false, false])
    assert.deepEqual(await condition.run(state), [true, true])
    assert.deepEqual(state(), [false, false])
    if (lock !== undefined) assert.deepEqual(await lock.run(state), [true, true])
    assert.deepEqual(state(), [false, false])
  }
})

// CPython: test_ambiguous_loops
test("a condition whose lock belongs to another loop is refused where it has to wait for the lock", async () => {
  const lock = new asyncio.Lock()
  await asyncio.run(async () => {
    await lock.acquire()
    await thrown(asyncio.waitFor(lock.acquire(), 0.001))
  })
  await asyncio.run(async () => {
    const condition = new asyncio.Condition(lock)
    const error = await thrownAs(asyncio.RuntimeError, condition.acquire())
    assert.match(error.message, /this Lock is bound to another event loop/)
  })
})

// CPython: test_cancelled_error_wakeup, test_cancelled_error_re_aquire
virtual("a cancellation passes a condition unchanged, also from where the lock is taken again", async () => {
  for (const retaking of [false, true]) {
    const condition = new asyncio.Condition()
    let seen: unknown
    const task = asyncio.createTask(() =>
      condition.run(async () => {
        seen = await thrown(condition.waitFor(() => false))
        throw seen
      }),
    )
    await ticks(1)
    if (retaking) {
      await condition.acquire()
      condition.notify()
      await ticks(1)
    }
    task.cancel("foo")
    if (retaking) condition.release()
    const error = await thrownAs(asyncio.CancelledError, task)
    assert.equal(error.reason, "foo")
    assert.equal(seen, error)
  }
})

// CPython: test_cancelled_wakeup, test_cancelled_wakeup_relock
virtual("an item that was announced to a cancelled consumer is taken by the other", async () => {
  for (const retaking of [false, true]) {
    const condition = new asyncio.Condition()
    let state = 0
    const consumer = asyncio.coroutine(() =>
      condition.run(async () => {
        for (;;) {
          await condition.waitFor(() => state !== 0)
          if (state < 0) return
          state -= 1
        }
      }),
    )
    const [first, second] = [asyncio.createTask(consumer()), asyncio.createTask(consumer())]
    await ticks(1)
    await condition.run(async () => {
      state += 1
      condition.notify()
      if (retaking) await ticks(1)
      first.cancel()
      await asyncio.moveOnAfter(1).run(() => condition.waitFor(() => state === 0))
      assert.equal(state, 0)
      state = -1
      condition.notifyAll()
    })
    await second
    assert.equal(fate(first), "cancelled")
  }
})

// CPython: test_acquire (semaphores)
virtual("of those who queue for permits as many get through as are released, and a newcomer waits", async () => {
  const semaphore = new asyncio.Semaphore(3)
  const log: number[] = []
  for (let i = 0; i < 2; i += 1) await semaphore.acquire()
  assert.equal(semaphore.locked(), false)
  const tasks = noting(() => semaphore.acquire(), [1, 2, 3], log)
  await ticks(1)
  assert.deepEqual([log, semaphore.locked(), semaphore.statistics()], [[1], true, { permits: 0, tasksWaiting: 2 }])
  tasks.push(...noting(() => semaphore.acquire(), [4], log))
  semaphore.release()
  semaphore.release()
  assert.equal(semaphore.statistics().permits, 0)
  await ticks(1)
  assert.deepEqual([log, semaphore.locked(), semaphore.statistics()], [[1, 2, 3], true, { permits: 0, tasksWaiting: 1 }])
  semaphore.release()
  await asyncio.gather(tasks)
})

// CPython: test_acquire_cancel_before_awoken, test_acquire_hang
virtual("a permit released in the tick in which the first in line are cancelled goes to the next alone", async () => {
  for (const cancelled of [2, 1]) {
    const semaphore = new asyncio.Semaphore(0)
    const tasks = [0, 1, 2, 3].map(() => asyncio.createTask(() => semaphore.acquire()))
    await ticks(1)
    for (const task of tasks.slice(0, cancelled)) task.cancel()
    semaphore.release()
    await ticks(2)
    const done = tasks.map((task) => task.done())
    assert.deepEqual(done, [0, 1, 2, 3].map((i) => i <= cancelled))
    assert.equal(semaphore.locked(), true)
    for (const task of tasks) task.cancel()
  }
})

// CPython: test_acquire_no_hang
virtual("a permit given to a task that is cancelled before its turn can be taken by others", async () => {
  const semaphore = new asyncio.Semaphore(1)
  const first = asyncio.createTask(async () => {
    await semaphore.run(() => asyncio.sleep(0))
    second.cancel()
  })
  const second = asyncio.createTask(() => semaphore.run(() => assert.fail("the body runs")))
  await asyncio.wait([first, second])
  assert.deepEqual(fates([first, second]), ["returned undefined", "cancelled"])
  await asyncio.waitFor(semaphore.acquire(), 1)
})

// CPython: test_acquire_fifo_order
virtual("who releases and acquires again goes to the back of the line", async () => {
  const semaphore = new asyncio.Semaphore(1)
  const log: string[] = []
  await new asyncio.TaskGroup().run((group) => {
    for (const name of ["a", "b", "c"]) {
      group.createTask(async () => {
        for (const round of [1, 2]) {
          await semaphore.acquire()
          log.push(`${name}${round}`)
          await asyncio.sleep(0.01)
          semaphore.release()
        }
      })
    }
  })
  assert.deepEqual(log, ["a1", "b1", "c1", "a2", "b2", "c2"])
})

// CPython: test_acquire_fifo_order_2
virtual("a permit that comes back is not taken again past those in line, also where several are free", async () => {
  const semaphore = new asyncio.Semaphore(1)
  const log: number[] = []
  const twice = async (): Promise<void> => {
    await semaphore.acquire()
    log.push(2)
    semaphore.release()
    await semaphore.acquire()
    log.push(4)
  }
  const once = (name: number): asyncio.Task<unknown>[] => noting(() => semaphore.acquire(), [name], log)
  const tasks = [...once(1), asyncio.createTask(twice), ...once(3)]
  await ticks(1)
  semaphore.release()
  semaphore.release()
  await asyncio.gather(tasks)
  assert.deepEqual(log, [1, 2, 3, 4])
})

// CPython: test_acquire_fifo_order_3
virtual("permits released after the first in line has gone reach the others in order", async () => {
  const semaphore = new asyncio.Semaphore(0)
  const log: number[] = []
  const tasks = noting(() => semaphore.acquire(), [1, 2, 3], log)
  await ticks(1)
  tasks[0]?.cancel()
  await ticks(1)
  semaphore.release()
  semaphore.release()
  await asyncio.wait(tasks)
  assert.deepEqual([log, fate(tasks[0] ?? assert.fail())], [[2, 3], "cancelled"])
})

// CPython: test_acquire_fifo_order_4
virtual("several permits released at once let as many through before tasks that these make", async () => {
  const semaphore = new asyncio.Semaphore(0)
  const log: number[] = []
  const tasks: asyncio.Task<unknown>[] = []
  const first = async (): Promise<void> => {
    await semaphore.acquire()
    assert.equal(semaphore.statistics().permits, 0)
    tasks.push(asyncio.createTask(async () => log.push(4)))
    log.push(1)
  }
  const second = async (): Promise<void> => {
    for (let i = 0; i < 3; i += 1) semaphore.release()
    assert.deepEqual([semaphore.statistics().permits, semaphore.locked()], [2, true])
    await semaphore.acquire()
    log.push(2)
  }
  const third = async (): Promise<void> => {
    await semaphore.acquire()
    assert.equal(semaphore.locked(), true)
    log.push(3)
  }
  tasks.push(...[first, second, third].map((work) => asyncio.createTask(work)))
  await ticks(1)
  assert.deepEqual(semaphore.statistics(), { permits: 2, tasksWaiting: 3 })
  await ticks(1)
  await asyncio.gather(tasks)
  assert.deepEqual(log, [1, 2, 3, 4])
})
