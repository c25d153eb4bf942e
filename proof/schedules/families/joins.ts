/** Functions that wait for several tasks at once. */
import * as asyncio from "asyncio-ts"
import type { Random } from "../../../test/support/random.ts"
import { must } from "../family.ts"
import type { Tried } from "../try-programs.ts"
import { Asked, Diary, inTask, inWords, mustBalance, outcomeOf, Planned, randomWorks, TICK, type Work } from "./tasks.ts"

export function gather(random: Random): Tried {
  const works = randomWorks(random, 4)
  const returnExceptions = random.chance(50)
  const limit = random.chance(30) ? 1 + random.below(2) : undefined
  const asTasks = works.map(() => random.chance(40))
  const twice = random.chance(20)
  return {
    words: () => `gather${returnExceptions ? " with returnExceptions" : ""}${limit === undefined ? "" : `, ${limit} at once`}${twice ? ", one twice" : ""}: ${inWords(works)}`,
    run: async () => {
      const diary = new Diary()
      await inTask(async (asked) => {
        const list: (asyncio.Task<number> | (() => Promise<number>))[] = works.map((work, at) => {
          const live = (): Promise<number> => diary.live(at, work)
          return asTasks[at] === true ? asyncio.createTask(live) : live
        })
        if (twice && list[0] !== undefined) list.push(list[0] instanceof asyncio.Task ? list[0] : asyncio.createTask(() => diary.live(works.length, { turns: 0, ticks: 0, ends: "returns", cleanup: 0 })))
        const outcome = await outcomeOf(asyncio.gather(list, { returnExceptions, ...(limit === undefined ? {} : { limit }) }))
        mustBalance(asked())
        must(limit === undefined || asTasks.includes(true) || twice || diary.mostRunning <= limit, "more ran at once than the limit allows")
        if ("value" in outcome) judgeAll(outcome.value, list.length, diary, returnExceptions, asked())
        else judgeFailure(outcome.error, diary, returnExceptions, asked())
      }, diary)()
    },
  }
}

function judgeAll(values: readonly unknown[], count: number, diary: Diary, returnExceptions: boolean, asked: number): void {
  must(asked === 0, "a cancellation was swallowed")
  must(values.length === count, "another number of results than of works")
  diary.rests()
  for (const [at, value] of values.entries()) {
    // The last may be the first once more.
    const how = diary.ended.get(at) ?? (typeof value === "number" ? diary.ended.get(value) : undefined)
    if (value instanceof asyncio.CancelledError) must(returnExceptions && how !== "returned" && how !== "threw", "a work was called cancelled, and was not")
    else if (value instanceof Planned) must(returnExceptions && diary.ended.get(value.number) === "threw", "a failure of a work that did not fail")
    else must(typeof value === "number" && diary.ended.get(value) === "returned" && (value === at || at === count - 1), "a result at another's place")
  }
}

function judgeFailure(error: unknown, diary: Diary, returnExceptions: boolean, asked: number): void {
  if (error instanceof asyncio.CancelledError) {
    must(asked > 0 || !returnExceptions, "gather was cancelled by nobody")
    if (asked > 0 && returnExceptions) diary.rests()
    return
  }
  must(error instanceof Planned && !returnExceptions, "gather threw something of its own")
  const [first] = [...diary.ended].find(([, how]) => how === "threw") ?? []
  must(error.number === first, "gather told of another failure than the first")
}

/** Tasks of works, in the order in which they end. */
function start(works: readonly Work[], diary: Diary): { readonly tasks: asyncio.Task<number>[]; readonly order: asyncio.Future<number>[] } {
  const order: asyncio.Future<number>[] = []
  const tasks = works.map((work, at) => asyncio.createTask(() => diary.live(at, work)))
  for (const task of tasks) {
    task.addDoneCallback(() => {
      order.push(task)
      // Read at once: what fails after the call has nobody else to deal with it.
      if (!task.cancelled()) task.exception()
    })
  }
  return { tasks, order }
}

function returning(work: Work): Work {
  return work.ends === "throws" ? { ...work, ends: "returns" } : work
}

const WHEN = ["FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED"] as const

export function wait(random: Random): Tried {
  const works = randomWorks(random, 4)
  const returnWhen = random.pick(WHEN)
  const ticks = random.chance(50) ? random.below(4) : null
  return {
    words: () => `wait until ${returnWhen}${ticks === null ? "" : ` or ${ticks} ticks`}: ${inWords(works)}`,
    run: async () => {
      const diary = new Diary()
      await inTask(async (asked) => {
        const { tasks } = start(works, diary)
        const counts = tasks.map((task) => new Asked(task))
        const loop = asyncio.getRunningLoop()
        const begun = loop.time()
        const outcome = await outcomeOf(asyncio.wait(tasks, { returnWhen, timeout: ticks === null ? null : ticks * TICK }))
        mustBalance(asked())
        for (const [at, task] of tasks.entries()) must(task.cancelling() <= (counts[at]?.times ?? 0), "wait cancelled what it waits for")
        if ("error" in outcome) {
          must(outcome.error instanceof asyncio.CancelledError && asked() > 0, "wait threw something of its own")
          return
        }
        must(asked() === 0, "a cancellation was swallowed")
        const [done, pending] = outcome.value
        must(done.size + pending.size === tasks.length, "a task is missing, or in both sets")
        for (const task of tasks) must(task.done() === done.has(task) && task.done() !== pending.has(task), "a task is in the wrong set")
        const late = ticks !== null && loop.time() >= begun + ticks * TICK
        const failed = [...done].some((task) => !task.cancelled() && task.exception() !== undefined)
        const enough = returnWhen === "FIRST_COMPLETED" ? done.size > 0 : pending.size === 0 || (returnWhen === "FIRST_EXCEPTION" && failed)
        must(enough || late, "wait ended too early")
      }, diary)()
    },
  }
}

export function asCompleted(random: Random): Tried {
  const drawn = randomWorks(random, 4)
  const ticks = random.chance(40) ? random.below(4) : null
  const plain = random.chance(40)
  const limit = random.chance(30) ? 1 + random.below(2) : undefined
  // What fails after the loop has ended would be nobody's: the tasks of functions are out of reach.
  const works = limit === undefined ? drawn : drawn.map(returning)
  return {
    words: () => `asCompleted${plain ? ", its coroutines" : ""}${ticks === null ? "" : `, for ${ticks} ticks`}${limit === undefined ? "" : `, ${limit} at once`}: ${inWords(works)}`,
    run: async () => {
      const diary = new Diary()
      // Whoever is told of the end of a task may be told after the loop over them has gone on.
      let ended: readonly asyncio.Future<number>[] = []
      const gave: asyncio.Future<number>[] = []
      await inTask(async (asked) => {
        const timeout = ticks === null ? null : ticks * TICK
        const { tasks, order } = limit === undefined ? start(works, diary) : { tasks: [], order: [] }
        ended = order
        const given: readonly (asyncio.Task<number> | (() => Promise<number>))[] = limit === undefined ? tasks : works.map((work, at) => () => diary.live(at, work))
        const all = asyncio.asCompleted(given, { timeout, ...(limit === undefined ? {} : { limit }) })
        let count = 0
        const outcome = await outcomeOf((async () => {
          if (plain) {
            for (const next of all) {
              const each = await outcomeOf(next)
              if ("error" in each && (each.error instanceof asyncio.TimeoutError || asked() > 0)) throw each.error
              if ("value" in each) must(diary.ended.get(each.value) === "returned", "a result of a work that gave none")
              count += 1
            }
            return
          }
          for await (const next of all) {
            must(next.done(), "what is not done was given as done")
            gave.push(next)
            if (!next.cancelled()) next.exception()
            count += 1
          }
        })())
        mustBalance(asked())
        must(limit === undefined || diary.mostRunning <= limit, "more ran at once than the limit allows")
        if ("value" in outcome) must(asked() === 0 && count === works.length, "a task was left out, or a cancellation swallowed")
        else if (outcome.error instanceof asyncio.TimeoutError) must(timeout !== null && asyncio.getRunningLoop().time() >= timeout, "the time was over too early")
        else if (outcome.error instanceof asyncio.CancelledError) must(asked() > 0, "it was cancelled by nobody")
        else throw outcome.error
      }, diary, () => {
        if (limit === undefined) for (const [at, each] of gave.entries()) must(each === ended[at], "a task was given out of its turn, or twice")
      })()
    },
  }
}

export function shield(random: Random): Tried {
  const [work] = randomWorks(random, 1) as [Work] // one at least
  const inner = returning(work)
  const shields = 1 + random.below(3)
  return {
    words: () => `${shields} shields around ${inWords([inner])}`,
    run: async () => {
      const diary = new Diary()
      let started: asyncio.Task<number> | undefined
      let cancelled = 0
      let count: Asked | undefined
      await inTask(async (asked) => {
        const task = asyncio.createTask(() => diary.live(1, inner))
        started = task
        count = new Asked(task)
        const others = Array.from({ length: shields - 1 }, () => asyncio.createTask(async () => {
          const outcome = await outcomeOf(asyncio.shield(task))
          if ("error" in outcome) cancelled += 1
        }))
        const outcome = await outcomeOf(asyncio.shield(task))
        mustBalance(asked())
        if ("value" in outcome) must(outcome.value === 1 && diary.ended.get(1) === "returned" && asked() === 0, "a shield gave what the work did not")
        else must(outcome.error instanceof asyncio.CancelledError && (asked() > 0 || task.cancelled()), "a shield was cancelled by nobody")
        if (others.length > 0 && asked() === 0) await asyncio.wait(others)
      }, diary, () => {
        if (started === undefined) return
        must((count?.times ?? 0) === started.cancelling(), "a shield let a cancellation through")
        const asPlanned = inner.ends === "returns" ? !started.cancelled() : started.cancelled()
        must(count?.times !== 0 || asPlanned, "a work under a shield did not end as it would")
      })()
      must(cancelled < shields, "more were cancelled than there are shields")
    },
  }
}

export function race(random: Random): Tried {
  const works = randomWorks(random, 4)
  const ticks = random.chance(30) ? null : random.below(3)
  return {
    words: () => `staggeredRace with ${ticks} ticks between: ${inWords(works)}`,
    run: async () => {
      const diary = new Diary()
      await inTask(async (asked) => {
        const candidates = works.map((work, at) => () => diary.live(at, work))
        const outcome = await outcomeOf(asyncio.staggeredRace(candidates, ticks === null ? null : ticks * TICK))
        mustBalance(asked())
        diary.rests()
        if ("error" in outcome) {
          must(outcome.error instanceof asyncio.CancelledError && asked() > 0, "a race threw something of its own")
          return
        }
        must(asked() === 0, "a cancellation was swallowed")
        const [result, index, exceptions] = outcome.value
        const [first] = [...diary.ended].find(([, how]) => how === "returned") ?? []
        must(index === (first ?? null) && result === first, "another won than the first to end")
        for (const [number, how] of diary.ended) if (how === "threw") must((exceptions[number] as Planned).number === number, "a failure was lost") // a work throws nothing else
      }, diary)()
    },
  }
}
