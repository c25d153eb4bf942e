/**
 * The primitives that are tried, each with calls to choose from.
 */
import * as asyncio from "asyncio-ts"
import type { Random } from "../../test/support/random.ts"
import { explain } from "./check.ts"
import { nameOf, type Call, type History } from "./history.ts"
import { barrier, condition, event, lock, queue, semaphore, type Order } from "./models.ts"

/** What is done in one call; synchronous ones give what they gave at once. */
export interface Choice {
  readonly name: string
  readonly given?: number
  run(): PromiseLike<unknown> | Call["gave"]
  /** Done by the same task afterwards, if the call was not cancelled: such as a release. */
  readonly then?: () => Choice
}

/** An object to be used by several tasks. */
export interface Subject {
  readonly about: string
  choose(random: Random): Choice
  isExplained(history: History): boolean
  /** Gives back what a task that has ended still holds, for one that must have it before it can end. */
  letGo?(): void
}

export type SubjectName = "Lock" | "Semaphore" | "Queue" | "Event" | "Condition" | "Barrier"

const ORDERS = { fifo: asyncio.Queue, lifo: asyncio.LifoQueue, prio: asyncio.PriorityQueue } as const

export const SUBJECTS: Readonly<Record<SubjectName, (random: Random) => Subject>> = {
  Lock() {
    const held = new asyncio.Lock()
    const release: Choice = { name: "release", run: () => tried(() => held.release()) }
    return {
      about: "a lock",
      choose: (random) => (random.chance(10) ? release : { name: "acquire", run: () => held.acquire(), then: () => release }),
      isExplained: (history) => explain(lock, history).length > 0,
    }
  },
  Semaphore(random) {
    const permits = random.below(4)
    const bounded = random.chance(50)
    const held = bounded ? new asyncio.BoundedSemaphore(permits) : new asyncio.Semaphore(permits)
    const model = semaphore(permits, bounded)
    const release: Choice = { name: "release", run: () => tried(() => held.release()) }
    return {
      about: `a ${bounded ? "bounded " : ""}semaphore of ${permits}`,
      choose: (chance) => (chance.chance(25) ? release : { name: "acquire", run: () => held.acquire(), ...(chance.chance(80) ? { then: () => release } : {}) }),
      isExplained: (history) => explain(model, history).length > 0,
    }
  },
  Queue(random) {
    const size = random.below(3)
    const order = random.pick(Object.keys(ORDERS) as Order[]) // the keys are the orders
    const items = new ORDERS[order]<number>(size)
    const model = queue(size, order)
    let made = 0
    const shutdown = (immediate: number): Choice => ({ name: "shutdown", given: immediate, run: () => tried(() => items.shutdown({ immediate: immediate === 1 })) })
    return {
      about: `a ${order} queue of ${size}`,
      choose(chance) {
        const item = order === "prio" ? chance.below(3) : (made += 1)
        return chance.pick<Choice>([
          { name: "put", given: item, run: () => items.put(item) },
          { name: "put", given: item, run: () => items.put(item) },
          { name: "get", run: () => items.get() },
          { name: "get", run: () => items.get() },
          { name: "putNowait", given: item, run: () => tried(() => items.putNowait(item)) },
          { name: "getNowait", run: () => tried(() => items.getNowait()) },
          { name: "qsize", run: () => items.qsize() },
          { name: "taskDone", run: () => tried(() => items.taskDone()) },
          { name: "join", run: () => items.join() },
          // Seldom, since little can happen afterwards.
          chance.chance(20) ? shutdown(Number(chance.chance(50))) : { name: "qsize", run: () => items.qsize() },
        ])
      },
      isExplained: (history) => explain(model, history).length > 0,
    }
  },
  Event() {
    const happened = new asyncio.Event()
    return {
      about: "an event",
      choose: (random) =>
        random.pick<Choice>([
          { name: "wait", run: () => happened.wait() },
          { name: "wait", run: () => happened.wait() },
          { name: "set", run: () => tried(() => happened.set()) },
          { name: "clear", run: () => tried(() => happened.clear()) },
          { name: "isSet", run: () => happened.isSet() },
        ]),
      isExplained: (history) => explain(event, history).length > 0,
    }
  },
  Condition() {
    const changed = new asyncio.Condition()
    const release: Choice = { name: "release", run: () => tried(() => changed.release()) }
    return {
      about: "a condition",
      // Both only with the lock, as the condition demands.
      choose: (random) => ({
        name: "acquire",
        run: () => changed.acquire(),
        then: () => {
          if (random.chance(20)) return release
          if (random.chance(50)) return { name: "wait", run: () => changed.wait(), then: () => release }
          const count = 1 + random.below(2)
          return { name: "notify", given: count, run: () => tried(() => changed.notify(count)), then: () => release }
        },
      }),
      isExplained: (history) => explain(condition, history).length > 0,
      letGo() {
        if (changed.locked()) changed.release()
      },
    }
  },
  Barrier(random) {
    const parties = 1 + random.below(3)
    const all = new asyncio.Barrier(parties)
    const model = barrier(parties)
    return {
      about: `a barrier of ${parties}`,
      choose: () => ({ name: "wait", run: () => all.wait() }),
      isExplained: (history) => explain(model, history).length > 0,
    }
  },
}

/** What a synchronous call gives: nothing is `done`, an error is its name. */
function tried(call: () => unknown): Call["gave"] {
  try {
    const gave = call()
    return typeof gave === "number" ? gave : "done"
  } catch (error) {
    return nameOf(error)
  }
}
