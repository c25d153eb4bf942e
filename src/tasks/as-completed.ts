import { checkInteger, checkSeconds } from "../structures/arguments.ts"
import { CancelledError } from "../errors/cancelled-error.ts"
import { TimeoutError } from "../errors/timeout-error.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { Relay, type Future } from "../core/future.ts"
import { Step, type TimerHandle } from "../core/handle.ts"
import { ensureFuture, getRunningLoop, type AwaitableValue } from "../core/running.ts"
import { watchedBy, type Watched } from "../core/watching-future.ts"
import { Queue } from "../sync/queue.ts"
import { iterate, type Gatherable, type Gathered } from "./gather.ts"
import { limited } from "./limited.ts"

/** How long to wait, and how many to run at a time. */
export interface AsCompletedOptions {
  /** Seconds for all of them together. */
  readonly timeout?: number | null | undefined
  /** How many of the coroutines and functions given may run at a time; all by default. */
  readonly limit?: number | undefined
}

/**
 * What `for await` hands out: a future that is done, the very one that was given if it was
 * one. Ask it for its `result()`.
 *
 * It has no `then` for the compiler, which would otherwise take `for await` to have awaited
 * the future itself.
 */
export type Completed<A> = (A extends Future<unknown> ? A : Future<Gathered<A>>) & { readonly then: never }

/** A future in a box: queues refuse what an await would look into. */
interface Boxed<T> {
  readonly future: Future<T> | null
}

/**
 * Invariant: `#promised` counts what may still be handed out; what was, and each of these,
 * finds one entry in `#completed`, a future or the sentinel of the timeout.
 */
class Completion<T> implements Iterable<Coroutine<T>>, AsyncIterable<Future<T>> {
  readonly #completed = new Queue<Boxed<T>>()
  readonly #relays = new Map<Future<T>, Relay<T>>()
  #promised: number
  #timer: TimerHandle | null = null

  constructor(futures: Set<Future<T>>, timeout: number | null) {
    this.#promised = futures.size
    for (const future of futures) this.#relays.set(future, new Relay(future, this.#onDone))
    if (futures.size > 0 && timeout !== null) {
      const loop = getRunningLoop()
      this.#timer = loop.scheduleAt(loop.time() + timeout, new Step("timeout of asCompleted", this.#onTimeout))
    }
  }

  /** Coroutines that give the results in the order of completion. */
  [Symbol.iterator](): Iterator<Coroutine<T>> {
    const next = async (): Promise<T> => (await this.#take()).future.result()
    return {
      next: () => {
        if (this.#promised === 0) return { done: true, value: undefined }
        this.#promised -= 1
        return { done: false, value: new BodyCoroutine<T>("asCompleted", next, undefined, []) }
      },
    }
  }

  /** The futures themselves, each done, in the order of completion. */
  [Symbol.asyncIterator](): AsyncIterator<Future<T>> {
    // Not an async generator: its `yield` would await the future instead of handing it out.
    // Within a result object it passes through every await.
    const next = async (): Promise<IteratorResult<Future<T>>> => {
      if (this.#promised === 0) return { done: true, value: undefined }
      this.#promised -= 1
      try {
        const { future } = await this.#take()
        return { done: false, value: future }
      } catch (error) {
        // Cancelled, it took nothing: who goes on with the iteration finds it.
        if (error instanceof CancelledError) this.#promised += 1
        throw error
      }
    }
    return { next }
  }

  async #take(): Promise<{ future: Future<T> }> {
    const get = this.#completed.get()
    const watched: Watched = () => this.#relays.keys()
    const until = this.#timer?.when()
    watched.more = { kind: "asCompleted", on: this, any: true, ...(until !== undefined && { until, internal: false }) }
    watchedBy.set(get, watched)
    const { future } = await get
    if (future === null) throw new TimeoutError("asCompleted ran out of time; what is left goes on running")
    return { future }
  }

  readonly #onDone = (future: Future<T>): void => {
    if (!this.#relays.delete(future)) return
    this.#completed.putNowait({ future })
    if (this.#relays.size === 0) this.#timer?.cancel()
  }

  readonly #onTimeout = (): void => {
    for (const relay of this.#relays.values()) {
      relay.stop()
      this.#completed.putNowait({ future: null })
    }
    this.#relays.clear()
  }
}

/**
 * Runs awaitables concurrently and hands them out as they complete.
 *
 * `for await` gives the futures themselves, each done, so that one knows which it is; a
 * plain `for` gives coroutines to await for the results in that order. Leaving the loop, or
 * its timeout, leaves the rest running.
 *
 * @throws TypeError if no list is given. What is handed out throws TimeoutError once the
 * time is over.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const naps = [0.02, 0.01].map((delay) => asyncio.sleep(delay, delay))
 *   for (const next of asyncio.asCompleted(naps)) console.log(await next) // -> 0.01, then 0.02
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.as_completed
 */
export function asCompleted<A extends Gatherable>(
  work: Iterable<A>,
  options: AsCompletedOptions = {},
): Iterable<Coroutine<Gathered<A>>> & AsyncIterable<Completed<A>> {
  const { timeout = null, limit } = options
  if (timeout !== null) checkSeconds(timeout, "the timeout of asCompleted")
  if (limit !== undefined) checkInteger(limit, "the limit of asCompleted", 1)
  const items = iterate(work, "asCompleted")
  const start = limit === undefined ? ensureFuture : limited(limit)
  const futures = new Set<Future<unknown>>()
  const known = new Set<unknown>()
  for (const item of items) {
    if (known.has(item)) continue
    futures.add(start(item as AwaitableValue<unknown>))
    // A function makes new work each time; anything else runs once, however often it is given.
    if (typeof item !== "function") known.add(item)
  }
  // Each future has the result type of its item, or is the item.
  return new Completion(futures, timeout) as Iterable<Coroutine<Gathered<A>>> & AsyncIterable<never>
}
