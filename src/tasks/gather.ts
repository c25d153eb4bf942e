/**
 * Several awaitables at once, results in the order of the arguments.
 */
import { checkInteger, describe } from "../structures/arguments.ts"
import { CancelledError } from "../errors/cancelled-error.ts"
import { Coroutine } from "../core/coroutine.ts"
import { cancellation, type CancelRequest } from "../core/cancel-request.ts"
import { awaitLines, takeMaker } from "../core/await-lines.ts"
import { Future, Relay, awaits, cancelFor, cancelMessage, failWith, returnWith, takeCancelledError } from "../core/future.ts"
import { ensureFuture, getRunningLoop, type AwaitableValue } from "../core/running.ts"
import type { EventLoop } from "../core/event-loop.ts"
import { limited } from "./limited.ts"

/** What `gather` takes: coroutines, tasks, futures, promises, and functions that make one. */
export type Gatherable = AwaitableValue<unknown> | (() => unknown)

/** The result of one of them. */
export type Gathered<A> = A extends () => infer R ? Awaited<R> : Awaited<A>

/** What becomes of errors, and how many run at a time. */
export interface GatherOptions {
  /** Puts errors into the list instead of throwing the first one. */
  readonly returnExceptions?: boolean
  /** How many of the coroutines and functions given may run at a time; all by default. */
  readonly limit?: number | undefined
}

/**
 * Invariants: `#left` is the number of distinct children that are not done; the outcome is
 * set by the first failure (unless exceptions are returned), else when `#left` reaches 0.
 */
class Gathering extends Future<unknown[]> {
  readonly #children: readonly Future<unknown>[]
  readonly #returnExceptions: boolean
  #left: number
  #cancelRequested = false

  constructor(loop: EventLoop, children: readonly Future<unknown>[], distinct: readonly Future<unknown>[], returnExceptions: boolean) {
    super({ loop })
    if (awaitLines.left > 0) takeMaker(this)
    this.#children = children
    this.#returnExceptions = returnExceptions
    this.#left = distinct.length
    const done: Future<unknown>[] = []
    for (const child of distinct) {
      if (child.done()) done.push(child)
      else new Relay(child, this.#childDone)
    }
    for (const child of done) this.#childDone(child)
    if (children.length === 0) this[returnWith]([])
  }

  override get [Symbol.toStringTag](): string {
    return "gather"
  }

  override [cancelFor](request: CancelRequest): boolean {
    if (this.done()) return false
    let accepted = false
    for (const child of this.#children) {
      if (child[cancelFor](request)) accepted = true
    }
    if (accepted) this.#cancelRequested = true
    return accepted
  }

  override [awaits](): Iterable<Future<unknown>> {
    return this.#children
  }

  readonly #childDone = (child: Future<unknown>): void => {
    this.#left -= 1
    if (this.done()) {
      if (!child.cancelled()) child.exception() // asked for, so that it is not reported as lost
      return
    }
    if (this.#returnExceptions) {
      // It will be in the list, however long the others take.
      if (!child.cancelled()) child.exception()
    } else {
      const error = child.cancelled() ? child[takeCancelledError]() : child.exception()
      if (error !== undefined) {
        this.#fail(error)
        return
      }
    }
    if (this.#left > 0) return
    const results = this.#children.map(outcomeOf)
    // Asked to cancel, a gather ends cancelled whatever its children made of it (bpo-32684).
    // Like asyncio's, the error is that of the last child, or made with the message it was asked with.
    const last = this.#children.at(-1)
    if (!this.#cancelRequested) this[returnWith](results)
    else this.#fail(last?.cancelled() ? last[takeCancelledError]() : cancelledWith(last?.[cancelMessage]))
  }

  #fail(error: unknown): void {
    // A cancellation is no news to whoever asked for it.
    this[failWith](error, error instanceof CancelledError)
  }
}

function cancelledWith(message: unknown): CancelledError {
  return cancellation({ message, requestedBy: undefined, requestedAt: undefined })
}

function outcomeOf(child: Future<unknown>): unknown {
  if (child.cancelled()) return cancelledWith(child[cancelMessage] ?? "")
  const error = child.exception()
  return error === undefined ? child.result() : error
}

/**
 * Runs awaitables concurrently and gives their results in the order of the arguments.
 *
 * Coroutines and functions become tasks at once. The first failure is thrown at once while
 * the others go on: use a `TaskGroup` where they must not. Cancelling the gather, or the
 * task that awaits it, cancels all of them.
 *
 * @throws TypeError for an argument that cannot be awaited; RangeError for a limit below 1.
 * @throws CancelledError if it is cancelled; every child has been asked to end by then.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const [name, age] = await asyncio.gather([asyncio.sleep(0.02, "Ann"), asyncio.sleep(0.01, 41)])
 *   console.log(name.toUpperCase(), age + 1) // -> ANN 42
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.gather
 */
export function gather<const A extends readonly Gatherable[]>(
  work: A,
  options?: GatherOptions & { returnExceptions?: false },
): Future<{ -readonly [K in keyof A]: Gathered<A[K]> }>
export function gather<const A extends readonly Gatherable[]>(
  work: A,
  options: GatherOptions,
): Future<{ -readonly [K in keyof A]: Gathered<A[K]> | Error }>
export function gather<A extends Gatherable>(
  work: Iterable<A>,
  options?: GatherOptions & { returnExceptions?: false },
): Future<Gathered<A>[]>
export function gather<A extends Gatherable>(work: Iterable<A>, options: GatherOptions): Future<(Gathered<A> | Error)[]>
export function gather(work: Iterable<Gatherable>, options: GatherOptions = {}): Future<unknown> {
  const items = iterate(work, "gather")
  if (options.limit !== undefined) checkInteger(options.limit, "the limit of gather", 1)
  const start = options.limit === undefined ? ensureFuture : limited(options.limit)
  const loop = items[0] instanceof Future ? items[0].getLoop() : getRunningLoop()
  const children: Future<unknown>[] = []
  const distinct: Future<unknown>[] = []
  // A function makes new work each time; anything else runs once, however often it is given. A
  // coroutine shows by itself that it was here before, unless its task has not taken it yet.
  let known: Map<unknown, Future<unknown>> | undefined
  for (const item of items) {
    const isFunction = typeof item === "function"
    if (!isFunction && !isUnstarted(item)) known ??= new Map(children.map((child, index) => [items[index], child]))
    let child = isFunction ? undefined : known?.get(item)
    if (child === undefined) {
      child = start(item as AwaitableValue<unknown>, loop)
      distinct.push(child)
      if (isUnstarted(item)) known ??= new Map(children.map((child, index) => [items[index], child]))
      if (!isFunction) known?.set(item, child)
    }
    children.push(child)
  }
  return new Gathering(loop, children, distinct, options.returnExceptions === true)
}

function isUnstarted(item: unknown): boolean {
  return item instanceof Coroutine && item.unstarted
}

/** @throws TypeError unless `work` can be iterated, as when arguments are not put in a list. */
export function iterate<T>(work: Iterable<T>, caller: string): T[] {
  if (typeof work === "object" && work !== null && Symbol.iterator in work) return [...work]
  throw new TypeError(`${caller} takes a list of awaitables: ${caller}([a(), b()]), not ${describe(work)}`)
}

