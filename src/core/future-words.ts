/**
 * What those are told who look at a task that waits for a future.
 */
import { Looker } from "./coroutine.ts"
import { awaitedAs, awaitedFor, numberOf, saidOf, type Future } from "./future.ts"
import type { Glance } from "./glance.ts"
import type { WaitReason } from "./observer.ts"
import { called, severalOpen, tasksIn } from "./several-open.ts"
import { inWords, waitReason, type WaitWords } from "./wait-words.ts"
import { moreOf, watchedIn } from "./watching-future.ts"
import { WrappedPromise } from "./wrap-future.ts"

/**
 * Why whoever awaits `future` waits.
 *
 * @param since - for how long, as the end of a sentence
 */
export function reasonOfFuture(future: Future<unknown>, glance: Glance, since: string): WaitReason {
  const said = (future as { [waitReason]?: () => WaitWords })[waitReason]?.bind(future) ?? saidOf.get(future) // a class of the program's may have it
  const reason = future[awaitedFor]?.(glance, since) ?? known(future, since)
  return said === undefined ? reason : inWords(said, reason)
}

function known(future: Future<unknown>, since: string): WaitReason {
  const info = future[awaitedAs]()
  const { kind } = info
  const number = future[numberOf]
  if (number !== undefined) return { ...info, text: called(future), on: future, awaits: [number], internal: true }
  if (future instanceof Looker) return ofLooker(future)
  const others = [...watchedIn(future)]
  const [first] = others
  if (first !== undefined) {
    if (kind === "shield") return { kind, text: `shield of ${called(first)}`, on: future, ...tasksIn(others) }
    if (kind === "TaskGroup.start") return { kind, text: `${called(first)} to say that it is ready`, on: future, ...tasksIn(others) }
    return severalOpen(kind, others, { on: future, ...moreOf(future) })
  }
  if (future instanceof WrappedPromise) return { kind, text: `a foreign promise, wrapped${since}`, on: future }
  return { ...info, text: `a ${kind.toLowerCase()} that is not done${since}`, on: future }
}

/** A coroutine that another line has begun. */
function ofLooker({ coroutine }: Looker<unknown>): WaitReason {
  const by = coroutine.runsIn?.owner
  const reason = { kind: "Coroutine", text: `coroutine '${coroutine.name}'`, on: coroutine }
  return by === null || by === undefined ? reason : { ...reason, text: `${reason.text}, which ${by.label} runs`, awaits: [by.id] }
}
