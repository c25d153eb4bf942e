import * as asyncio from "asyncio-ts"
import type { Random } from "../../../test/support/random.ts"
import { must } from "../family.ts"
import type { Tried } from "../try-programs.ts"
import { Diary, inTask, inWords, mustBalance, outcomeOf, Planned, randomWorks, type Outcome, type Work } from "./tasks.ts"

interface Plan {
  readonly works: readonly Work[]
  readonly limit: number | undefined
  readonly eager: boolean
  readonly turns: number
  readonly ends: "returns" | "throws" | "ends the group" | "starts one"
  /** Another group within the body, before it ends. */
  readonly inner: Plan | undefined
}

const VALUE = "the value of the body"

function plan(random: Random, depth: number): Plan {
  return {
    works: randomWorks(random, 3),
    limit: random.chance(30) ? 1 + random.below(2) : undefined,
    eager: random.chance(25),
    turns: random.below(3),
    ends: random.pick(["returns", "returns", "throws", "ends the group", "starts one"] as const),
    inner: depth > 0 && random.chance(35) ? plan(random, depth - 1) : undefined,
  }
}

/** Groups, also within each other, with children that fail, and bodies that fail or end them. */
export function group(random: Random): Tried {
  const whole = plan(random, 1)
  return {
    words: () => words(whole),
    run: async () => {
      const diaries: Diary[] = []
      await inTask(async (asked) => {
        const outcome = await outcomeOf(runGroup(whole, diaries, asked))
        mustBalance(asked())
        for (const diary of diaries) diary.rests()
        if ("error" in outcome) throw new asyncio.CancelledError("judged")
      }, new Diary())()
      for (const diary of diaries) diary.rests()
    },
  }
}

async function runGroup(made: Plan, diaries: Diary[], asked: () => number): Promise<unknown> {
  const diary = new Diary()
  diaries.push(diary)
  const numbers = made.works.length
  let bodyFailed: unknown
  let ready: Outcome<number> | undefined
  const run = new asyncio.TaskGroup({ limit: made.limit }).run(async (group) => {
    try {
      for (const [at, work] of made.works.entries()) group.createTask(() => diary.live(at, work), { eagerStart: made.eager })
      for (let left = made.turns; left > 0; left -= 1) await asyncio.sleep(0)
      if (made.inner !== undefined) await runGroup(made.inner, diaries, asked)
      if (made.ends === "throws") throw new Planned(-1)
      if (made.ends === "ends the group") group.cancel()
      if (made.ends === "starts one") {
        ready = await outcomeOf(group.start<number>(async (tell) => {
          await asyncio.sleep(0)
          tell(numbers)
          await diary.live(numbers, { turns: 1, ticks: 0, ends: "returns", cleanup: 0 })
        }))
        if ("error" in ready) throw ready.error
      }
      return VALUE
    } catch (error) {
      bodyFailed = error
      throw error
    }
  })
  const outcome = await outcomeOf(run)
  diary.rests()
  must(made.limit === undefined || diary.mostRunning <= made.limit, "more ran at once than the limit allows")
  judge(outcome, diary, bodyFailed, asked, made)
  if (ready !== undefined && "value" in ready) must(ready.value === numbers, "start gave another value than it was told")
  if ("error" in outcome) throw outcome.error
  return outcome.value
}

function judge(outcome: Outcome<unknown>, diary: Diary, bodyFailed: unknown, asked: () => number, made: Plan): void {
  const expected = new Set<unknown>()
  for (const [number, how] of diary.ended) if (how === "threw") expected.add(number)
  const ofBody = bodyFailed !== undefined && !(bodyFailed instanceof asyncio.CancelledError)
  const count = expected.size + (ofBody ? 1 : 0)
  if ("value" in outcome) {
    must(count === 0, "a failure was lost")
    must(outcome.value === VALUE || (outcome.value === undefined && made.ends === "ends the group"), "another value than the body's")
    return
  }
  const { error } = outcome
  if (error instanceof asyncio.CancelledError) {
    must(count === 0, "failures were lost in a cancellation")
    must(asked() > 0 || bodyFailed instanceof asyncio.CancelledError, "a group was cancelled by nobody")
    return
  }
  if (!(error instanceof asyncio.ExceptionGroup)) throw error
  must(error.errors.length === count, "a failure was lost, or told twice")
  for (const each of error.errors) {
    if (each === bodyFailed) continue
    must(each instanceof Planned && expected.delete(each.number), "a failure was told that was none, or twice")
  }
}

function words({ works, limit, eager, turns, ends, inner }: Plan): string {
  const what = `a group${limit === undefined ? "" : ` of ${limit} at once`}${eager ? ", eager" : ""}; its body gives up ${turns} turns and ${ends}\n  children: ${inWords(works)}`
  return inner === undefined ? what : `${what}\n  and before it ends, ${words(inner)}`
}
