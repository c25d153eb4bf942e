/** The primitives, each in a state in which several tasks have to wait in line. */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { ticks } from "../support/record.ts"
import type { Operation, Stage } from "./stage.ts"

type Table = Record<string, Operation>

interface Door {
  acquire(): PromiseLike<unknown>
  release(): void
  run<T>(body: () => T): PromiseLike<unknown>
}

/** A lock, or something else with `acquire`, `release` and `run`, all of whose permits are held. */
function doors(name: string, permits: number, make: () => Door, free: (door: Door) => number, waiting?: (door: Door) => number): Table {
  const closed = async (wait: (door: Door) => PromiseLike<unknown>, left: number): Promise<Stage> => {
    const door = make()
    for (let i = 0; i < permits; i += 1) await door.acquire()
    return {
      wait: () => wait(door),
      complete: () => door.release(),
      ...(waiting === undefined ? {} : { waiting: () => waiting(door) }),
      free: () => free(door) > 0,
      rest: () => assert.equal(free(door), left, "permits that are free"),
    }
  }
  return {
    // Each release of the stage has gone to one waiter, who keeps it.
    [`${name}.acquire`]: { line: "one", fair: true, make: () => closed((door) => door.acquire(), 0) },
    // Each waiter gives back what it got.
    [`${name}.run`]: { line: "all", fair: true, gives: "done", make: () => closed((door) => door.run(() => "done"), 1) },
  }
}

const lock = (name: string, make: () => asyncio.Lock | asyncio.Condition, waiting?: (door: Door) => number): Table =>
  doors(name, 1, make, (door) => ((door as asyncio.Lock).locked() ? 0 : 1), waiting) // what `make` gave

const semaphore = (Kind: typeof asyncio.Semaphore, permits: number): Table =>
  doors(
    Kind.name,
    permits,
    () => new Kind(permits),
    (door) => (door as asyncio.Semaphore).statistics().permits, // what was just made
    (door) => (door as asyncio.Semaphore).statistics().tasksWaiting,
  )

function conditions(): Table {
  const held = (condition: asyncio.Condition, more: Partial<Stage> = {}): Stage => ({
    wait: () => condition.run(() => condition.wait()),
    complete: async () => {
      if (!condition.locked()) await condition.acquire()
      condition.notify()
      condition.release()
    },
    waiting: () => condition.statistics().tasksWaiting,
    rest: () => assert.equal(condition.locked(), false, "the lock is held"),
    ...more,
  })
  return {
    "Condition.wait": { line: "one", rewakes: "over", gives: true, make: () => held(new asyncio.Condition()) },
    "Condition.wait, its lock held by others": {
      line: "one",
      rewakes: "over",
      holdsBack: true,
      latest: true,
      gives: true,
      make: () => {
        const condition = new asyncio.Condition()
        return held(condition, { linedUp: () => condition.acquire() })
      },
    },
    "Condition.waitFor": {
      line: "one",
      rewakes: "to the end",
      make: () => {
        const condition = new asyncio.Condition()
        let items = 0
        const take = async (): Promise<void> => {
          await condition.waitFor(() => items > 0)
          items -= 1
        }
        return held(condition, {
          wait: () => condition.run(take),
          complete: () =>
            condition.run(() => {
              items += 1
              condition.notify()
            }),
          free: () => items > 0,
          rest: () => assert.deepEqual([condition.locked(), items], [false, 0], "the lock, and items that nobody took"),
        })
      },
    },
  }
}

function queues(name: string, Kind: new <T>(maxsize?: number) => asyncio.Queue<T>): Table {
  const empty = (get: (queue: asyncio.Queue<number>) => PromiseLike<unknown>): Stage => {
    const queue = new Kind<number>()
    const got: unknown[] = []
    let put = 0
    return {
      wait: async () => got.push(await get(queue)),
      complete: () => queue.putNowait((put += 1)),
      waiting: () => queue.statistics().gettersWaiting,
      free: () => !queue.empty(),
      rest: (through) => {
        assert.deepEqual([got, queue.qsize()], [through.map((_, index) => index + 1), put - through.length], "items")
      },
    }
  }
  const full = (): Stage => {
    const queue = new Kind<string>(1)
    queue.putNowait("before")
    const got: string[] = []
    return {
      wait: (who) => queue.put(who),
      complete: () => got.push(queue.getNowait()),
      waiting: () => queue.statistics().puttersWaiting,
      free: () => !queue.full(),
      rest: (through) => {
        while (!queue.empty()) got.push(queue.getNowait())
        assert.deepEqual(got, ["before", ...through], "items")
      },
    }
  }
  const unfinished = (): Stage => {
    const queue = new Kind<string>()
    queue.putNowait("work")
    queue.getNowait()
    return {
      wait: () => queue.join(),
      complete: () => queue.taskDone(),
      free: () => queue.statistics().unfinishedTasks === 0,
    }
  }
  const next = async (queue: asyncio.Queue<number>): Promise<unknown> => {
    for await (const item of queue) return item
    return undefined
  }
  return {
    [`${name}.get`]: { line: "one", make: () => empty((queue) => queue.get()) },
    [`${name}[Symbol.asyncIterator]`]: { line: "one", make: () => empty(next) },
    [`${name}.put`]: { line: "one", make: full },
    [`${name}.join`]: { line: "all", gives: true, make: unfinished },
  }
}

function barriers(): Table {
  const filling = (wait: (barrier: asyncio.Barrier) => PromiseLike<unknown>): Stage => {
    const barrier = new asyncio.Barrier(4)
    return {
      wait: () => wait(barrier),
      complete: async () => {
        for (; barrier.nWaiting < 3; await ticks(4)) asyncio.createTask(barrier.wait())
        await barrier.wait()
      },
      waiting: () => barrier.nWaiting,
      rest: async () => {
        assert.deepEqual(barrier.statistics(), { parties: 4, tasksWaiting: 0, broken: false })
        const next = await asyncio.gather([1, 2, 3, 4].map(() => barrier.wait()))
        assert.deepEqual(next, [0, 1, 2, 3], "the next generation")
      },
    }
  }
  return {
    "Barrier.wait": { line: "all", rewakes: "to the end", make: () => filling((barrier) => barrier.wait()) },
    "Barrier.run": { line: "all", rewakes: "to the end", gives: "done", make: () => filling((barrier) => barrier.run(() => "done")) },
  }
}

function lowered(): Stage {
  const event = new asyncio.Event()
  return {
    wait: () => event.wait(),
    complete: () => event.set(),
    waiting: () => event.statistics().tasksWaiting,
    free: () => event.isSet(),
  }
}

/** A group with one place, which is taken; each child leaves as soon as it is in. */
async function fullGroup(): Promise<Stage> {
  const group = new asyncio.TaskGroup({ limit: 1 })
  const place = new asyncio.Future<void>()
  const over = new asyncio.Future<void>()
  const running = asyncio.createTask(
    group.run(async () => {
      group.createTask(async () => place)
      await over
    }),
  )
  await ticks(3)
  const done = asyncio.coroutine("done", async () => "done")
  return {
    wait: () => group.createTask(done()),
    complete: () => place.setResult(),
    end: () => {
      over.setResult()
      return running
    },
  }
}

export const LINES: Table = {
  ...lock("Lock", () => new asyncio.Lock(), (door) => (door as asyncio.Lock).statistics().tasksWaiting), // what was just made
  // Those who wait for its lock are no part of its statistics.
  ...lock("Condition", () => new asyncio.Condition()),
  ...conditions(),
  ...semaphore(asyncio.Semaphore, 1),
  ...semaphore(asyncio.BoundedSemaphore, 2),
  ...queues("Queue", asyncio.Queue),
  ...queues("PriorityQueue", asyncio.PriorityQueue),
  ...queues("LifoQueue", asyncio.LifoQueue),
  ...barriers(),
  "Event.wait": { line: "all", gives: true, make: lowered },
  "TaskGroup.createTask, in a full group": { line: "all", gives: "done", make: fullGroup },
}
