import * as asyncio from "asyncio-ts"
import type { Random } from "../../../test/support/random.ts"
import { must } from "../family.ts"
import type { Tried } from "../try-programs.ts"
import { Diary, inTask, inWords, mustBalance, outcomeOf, Planned, randomWork, TICK, type Outcome } from "./tasks.ts"

interface Limit {
  readonly kind: "timeout" | "moveOnAfter" | "waitFor"
  readonly ticks: number | null
  /** Where the deadline is moved to as the body begins. */
  readonly moved: number | null | undefined
}

/** Deadlines within each other around one work, at the moments at which it also goes on. */
export function timeouts(random: Random): Tried {
  const work = randomWork(random)
  const limits = Array.from({ length: 1 + random.below(3) }, (): Limit => ({
    kind: random.pick(["timeout", "moveOnAfter", "waitFor"] as const),
    ticks: random.chance(10) ? null : random.below(4),
    moved: random.chance(25) ? (random.chance(20) ? null : random.below(4)) : undefined,
  }))
  return {
    words: () => `${limits.map(({ kind, ticks, moved }) => `${kind} ${ticks} ticks${moved === undefined ? "" : `, moved to ${moved}`}`).join(", in it ")}, in it ${inWords([work])}`,
    run: async () => {
      const diary = new Diary()
      await inTask(async (asked) => {
        const outcome = await outcomeOf(level(limits, 0, () => diary.live(1, work)))
        mustBalance(asked())
        diary.rests()
        must(asked() === 0 || !("value" in outcome), "a cancellation was swallowed")
        if ("value" in outcome) return
        const { error } = outcome
        if (error instanceof asyncio.CancelledError) must(asked() > 0 || diary.ended.get(1) === "cancelled", "it was cancelled by nobody")
        else if (error instanceof asyncio.TimeoutError) must(asked() === 0, "a cancellation was swallowed by a timeout")
        else must(error instanceof Planned, `it failed with what nobody threw: ${String(error)}`)
      }, diary)()
    },
  }
}

async function level(limits: readonly Limit[], at: number, work: () => Promise<number>): Promise<unknown> {
  const limit = limits[at]
  if (limit === undefined) return work()
  const loop = asyncio.getRunningLoop()
  const delay = limit.ticks === null ? null : limit.ticks * TICK
  const begun = loop.time()
  let inner: Outcome<unknown> | undefined
  const body = async (): Promise<unknown> => {
    inner = await outcomeOf(level(limits, at + 1, work))
    if ("error" in inner) throw inner.error
    return inner.value
  }
  if (limit.kind === "waitFor") {
    const outcome = await outcomeOf(asyncio.waitFor(body, delay))
    if ("error" in outcome && outcome.error instanceof asyncio.TimeoutError && (inner === undefined || !("error" in inner) || inner.error !== outcome.error)) {
      must(delay !== null && loop.time() >= begun + delay, "waitFor gave up too early")
    } else if (inner !== undefined) mustBeSame(outcome, inner)
    if ("error" in outcome) throw outcome.error
    return outcome.value
  }
  const own = limit.kind === "timeout" ? asyncio.timeout(delay) : asyncio.moveOnAfter(delay)
  const outcome = await outcomeOf<unknown>(
    own.run((self) => {
      if (limit.moved !== undefined) self.reschedule(limit.moved === null ? null : begun + limit.moved * TICK)
      return body()
    }),
  )
  const when = own.when()
  must(!own.expired() || (when !== null && loop.time() >= when), "a deadline passed before its time")
  if (!own.expired() && inner !== undefined) mustBeSame(outcome, inner)
  else if (own.expired() && inner !== undefined && "error" in inner && inner.error instanceof asyncio.CancelledError) judgeExpired(outcome, inner.error, limit)
  if ("error" in outcome) throw outcome.error
  return outcome.value
}

/** The body was cancelled, and the deadline has passed: its own word for that, or the cancellation of somebody else. */
function judgeExpired(outcome: Outcome<unknown>, error: unknown, { kind }: Limit): void {
  if ("value" in outcome) must(kind === "moveOnAfter" && outcome.value === undefined, "a timeout swallowed its deadline")
  else must(outcome.error === error || (kind === "timeout" && outcome.error instanceof asyncio.TimeoutError), "a timeout threw something of its own")
}

function mustBeSame(outcome: Outcome<unknown>, inner: Outcome<unknown>): void {
  const same = "value" in outcome ? "value" in inner && inner.value === outcome.value : "error" in inner && inner.error === outcome.error
  must(same, "a timeout that did not expire changed what its body gave")
}
