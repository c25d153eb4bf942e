import { checkSeconds, describe } from "../structures/arguments.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import { Coroutine } from "../core/coroutine.ts"
import { Future, Relay, returnWith } from "../core/future.ts"
import { Step } from "../core/handle.ts"
import { getRunningLoop } from "../core/running.ts"
import { WatchingFuture, type Watched } from "../core/watching-future.ts"
import { iterate } from "./gather.ts"

/** For `wait`: until one is done. */
export const FIRST_COMPLETED = "FIRST_COMPLETED" as const
/** For `wait`: until one has failed, or all are done. */
export const FIRST_EXCEPTION = "FIRST_EXCEPTION" as const
/** For `wait`: until all are done. */
export const ALL_COMPLETED = "ALL_COMPLETED" as const

/** When `wait` returns. */
export type ReturnWhen = "FIRST_COMPLETED" | "FIRST_EXCEPTION" | "ALL_COMPLETED"

/** How long `wait` waits, and for what. */
export interface WaitOptions {
  /** Seconds after which to return in any case; null or undefined for no limit. */
  readonly timeout?: number | null | undefined
  readonly returnWhen?: ReturnWhen
}

/**
 * Waits for tasks and futures, and tells which are done and which pending.
 *
 * It throws neither for their failures nor for the timeout, and cancels none of them.
 *
 * @param futures - tasks and futures; make tasks of coroutines first
 * @throws RangeError for an empty list or an unknown `returnWhen`; TypeError for a coroutine
 * or a promise, or a single future: each at the call.
 * @throws CancelledError if the task is cancelled first; the futures go on, and no callback
 * is left on them.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const tasks = [0.01, 5].map((delay) => asyncio.createTask(asyncio.sleep(delay)))
 *   const [done, pending] = await asyncio.wait(tasks, { timeout: 0.1 })
 *   console.log(done.size, pending.size) // -> 1 1
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.wait
 */
export function wait<F extends Future<unknown>>(
  futures: Iterable<F>,
  options: WaitOptions = {},
): Coroutine<[done: Set<F>, pending: Set<F>]> {
  const { timeout = null, returnWhen = ALL_COMPLETED } = options
  if (futures instanceof Future) throw new TypeError(`wait takes a list of futures: wait([task]), not ${describe(futures)}`)
  const set = new Set(iterate(futures, "wait"))
  if (set.size === 0) throw new RangeError("wait needs at least one task or future; the list is empty")
  if (![FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED].includes(returnWhen)) {
    throw new RangeError(`returnWhen is FIRST_COMPLETED, FIRST_EXCEPTION or ALL_COMPLETED, not ${describe(returnWhen)}`)
  }
  for (const future of set as Set<unknown>) {
    if (future instanceof Future) continue
    const remedy = future instanceof Coroutine ? "createTask(…)" : "wrapFuture(…)"
    throw new TypeError(`wait takes tasks and futures, not ${describe(future)}; use ${remedy} first`)
  }
  if (timeout !== null) checkSeconds(timeout, "the timeout of wait")
  // The set of F comes back as two sets of F.
  return new BodyCoroutine("wait", waitFor, undefined, [set, timeout, returnWhen]) as never
}

async function waitFor<F extends Future<unknown>>(
  futures: Set<F>,
  timeout: number | null,
  returnWhen: ReturnWhen,
): Promise<[Set<F>, Set<F>]> {
  const loop = getRunningLoop()
  const until = timeout === null ? undefined : loop.time() + timeout
  const any = returnWhen !== ALL_COMPLETED
  const watched: Watched = () => futures
  watched.more = until === undefined ? { any } : { any, until, internal: false }
  const enough = new WatchingFuture(loop, "wait", watched)
  const release = (): void => {
    if (!enough.done()) enough[returnWith]()
  }
  const timer =
    until === undefined ? null : loop.scheduleAt(until, new Step("timeout of wait", release))
  let left = futures.size
  const relays = [...futures].map(
    (future) =>
      new Relay(future, () => {
        left -= 1
        if (left <= 0 || returnWhen === FIRST_COMPLETED || (returnWhen === FIRST_EXCEPTION && failed(future))) {
          timer?.cancel()
          release()
        }
      }),
  )
  try {
    await enough
  } finally {
    timer?.cancel()
    for (const relay of relays) relay.stop()
  }
  const done = new Set<F>()
  const pending = new Set<F>()
  for (const future of futures) (future.done() ? done : pending).add(future)
  return [done, pending]
}

function failed(future: Future<unknown>): boolean {
  return !future.cancelled() && future.exception() !== undefined
}
