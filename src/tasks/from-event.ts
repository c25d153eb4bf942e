import { checkInteger, checkSignal, describe, refuseThenable } from "../structures/arguments.ts"
import type { CancelledError } from "../errors/cancelled-error.ts"
import { RuntimeError } from "../errors/misuse.ts"
import type { AbortSignalLike } from "../host/host.ts"
import { close, type Coroutine } from "../core/coroutine.ts"
import type { WaitInfo } from "../core/observer.ts"
import { Operation, waiting, type Waiting } from "../core/operation.ts"
import { EventIterator, type Overflow } from "./event-iterator.ts"
import { checkEventSource, type EventSourceLike } from "./event-source.ts"
import { EventWatch } from "./event-watch.ts"
import type { LoopIterator } from "./next-line.ts"

/** How events are awaited. */
export interface FromEventOptions {
  /** How many events may wait to be taken, in an iteration; 1,024 by default. */
  readonly buffer?: number | undefined
  /** What becomes of an event for which there is no room: `"error"` by default. */
  readonly overflow?: Overflow | undefined
  /** The name of another event of the same source, such as `close`, that ends the iteration. */
  readonly until?: string | symbol | undefined
  /** Gives all arguments of an emitter's event, as an array, instead of the first. */
  readonly all?: boolean | undefined
  /** Ends the wait with a `CancelledError` when it aborts. */
  readonly signal?: AbortSignalLike | undefined
}

/** What `fromEvent` gives: awaited, one event; iterated, all of them. */
export interface FromEvent<T> extends Coroutine<T> {
  /** Begins to listen at once, for an iteration that comes later. */
  open(): EventIterator<T>
  /** For a loop, which listens from its first step on. */
  [Symbol.asyncIterator](): LoopIterator<T>
}

const OVERFLOWS: readonly unknown[] = ["error", "drop oldest", "drop newest"] satisfies Overflow[]

/**
 * The events of an emitter or an event target: `await` gives the next one, `for await` one
 * after the other. An event target gives the event, an emitter the event's first argument.
 *
 * It listens from the `await` on, or from the first step of the `for await`: what happens
 * before is missed. `open()` listens at once and gives the iterator. One may also start it as
 * a task that listens at once, with `createTask(fromEvent(…), { eagerStart: true })`.
 *
 * The listeners are taken away at once when the event has come, when the wait is cancelled,
 * and when the iteration is left. An iterator that is dropped without `return()` keeps
 * listening, and holds at most `buffer` events; with `overflow: "error"` it then ends itself.
 *
 * @throws what an emitter tells with its event `error`; RuntimeError if the event named by
 * `until` comes before the one that is awaited; QueueFull from an iteration whose buffer
 * overflows, after what it holds; TypeError or RangeError at the call for wrong arguments.
 * @throws CancelledError if the task is cancelled first, or the signal aborts. A wait within
 * an iteration loses no event by it.
 *
 * @example
 * ```ts
 * import { EventEmitter } from "node:events"
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const door = new EventEmitter()
 *   const knocks = asyncio.fromEvent<string>(door, "knock", { until: "closed" }).open()
 *   for (const name of ["Ann", "Bob"]) door.emit("knock", name)
 *   door.emit("closed")
 *   for await (const name of knocks) console.log(name) // -> Ann, then Bob
 *
 *   setTimeout(() => door.emit("bell", 3), 5)
 *   console.log(await asyncio.waitFor(asyncio.fromEvent<number>(door, "bell"), 5)) // -> 3
 * })
 * ```
 */
export function fromEvent<A extends unknown[]>(
  source: EventSourceLike,
  name: string | symbol,
  options: FromEventOptions & { readonly all: true },
): FromEvent<A>
export function fromEvent<T = unknown>(source: EventSourceLike, name: string | symbol, options?: FromEventOptions): FromEvent<T>
export function fromEvent(source: EventSourceLike, name: string | symbol, options: FromEventOptions = {}): FromEvent<unknown> {
  const { buffer = 1024, overflow = "error", until, all = false, signal } = options
  checkEventSource(source, "what fromEvent listens to")
  for (const given of until === undefined ? [name] : [name, until]) {
    if (typeof given !== "string" && typeof given !== "symbol") throw new TypeError(`the name of an event is a string or symbol, not ${describe(given)}`)
  }
  checkInteger(buffer, "the buffer of fromEvent", 1)
  if (!OVERFLOWS.includes(overflow)) throw new TypeError(`overflow is one of ${OVERFLOWS.join(", ")}, not ${describe(overflow)}`)
  if (signal !== undefined) checkSignal(signal, "the signal of fromEvent")
  return new EventWait(new EventWatch({ source, name, all, until, signal }), buffer, overflow)
}

/** Invariant: it listens exactly from `begin` until an outcome is known, or nobody waits. */
class EventWait<T> extends Operation<T> implements FromEvent<T> {
  readonly #watch: EventWatch<T>
  readonly #buffer: number
  readonly #overflow: Overflow
  #stop: (() => void) | null = null
  #begun = false
  #outcome: { readonly value: T } | { readonly error: unknown } | null = null

  constructor(watch: EventWatch<T>, buffer: number, overflow: Overflow) {
    super()
    this.#watch = watch
    this.#buffer = buffer
    this.#overflow = overflow
  }

  get name(): string {
    return "fromEvent"
  }

  override info(): WaitInfo {
    return this.#watch.info
  }

  open(): EventIterator<T> {
    const iterator = this.#iterator()
    iterator.open()
    return iterator
  }

  [Symbol.asyncIterator](): LoopIterator<T> {
    return this.#iterator()[Symbol.asyncIterator]()
  }

  #iterator(): EventIterator<T> {
    // Iterated instead of awaited.
    if (this.unstarted) this[close]()
    return new EventIterator(this.#watch, this.#buffer, this.#overflow)
  }

  begin(): T | Waiting {
    const { name, until } = this.#watch.question
    this.#stop = this.#watch.begin({
      value: (value) => this.#came(value),
      ended: () => this.#tell({ error: new RuntimeError(`'${String(until)}' came before '${String(name)}', which was awaited`) }),
      failed: (error) => this.#tell({ error }),
    })
    this.#begun = true
    if (this.#outcome !== null) this.dropped()
    return this.#take()
  }

  woken(error: CancelledError | null): T | Waiting {
    this.dropped()
    if (error !== null) throw error
    return this.#take()
  }

  dropped(): void {
    const stop = this.#stop
    this.#stop = null
    stop?.()
  }

  #take(): T | Waiting {
    const outcome = this.#outcome
    if (outcome === null) return waiting
    if ("error" in outcome) throw outcome.error
    return outcome.value
  }

  #came(value: T): void {
    try {
      refuseThenable(value, `what the event '${String(this.#watch.question.name)}' brings`)
      this.#tell({ value })
    } catch (error) {
      this.#tell({ error })
    }
  }

  #tell(outcome: { readonly value: T } | { readonly error: unknown }): void {
    if (this.#outcome !== null) return
    this.#outcome = outcome
    this.dropped()
    // What is told while it begins is taken there.
    if (this.#begun) this.wake()
  }
}
