import { Deque } from "../structures/deque.ts"
import { Shown } from "../structures/shown.ts"
import { QueueFull } from "../errors/queue-errors.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { NativePromise } from "../core/native-promise.ts"
import { host } from "../host/host.ts"
import type { EventWatch } from "./event-watch.ts"
import { NextLine, type LoopIterator } from "./next-line.ts"
import { OpenIterator } from "./open-iterators.ts"

/** What becomes of an event for which the buffer has no room. */
export type Overflow = "error" | "drop oldest" | "drop newest"

/**
 * The events of a source, one after the other; made by `fromEvent`.
 *
 * Events that nobody has taken wait in a buffer. It ends when a loop over it is left, when it is disposed of, at
 * the event named by `until`, or with an error; then it listens to nothing any more.
 */
export class EventIterator<T> extends Shown implements AsyncIterable<T, undefined, undefined>, AsyncIterator<T, undefined, undefined> {
  // Invariant: it listens exactly while its state is "open"; #failure is thrown once.
  readonly #watch: EventWatch<T>
  readonly #capacity: number
  readonly #overflow: Overflow
  readonly #events = new Deque<T>()
  readonly #line: NextLine<T>
  #state: "new" | "open" | "ended" = "new"
  #stop: (() => void) | null = null
  #known: OpenIterator | null = null
  #failure: { readonly error: unknown } | null = null

  constructor(watch: EventWatch<T>, capacity: number, overflow: Overflow) {
    super()
    this.#watch = watch
    this.#capacity = capacity
    this.#overflow = overflow
    this.#line = new NextLine<T>({
      info: watch.info,
      byHost: false,
      wanted: () => {
        this.open()
        if (this.#known !== null) this.#known.asked = host.now()
      },
      take: () => this.#take(),
      end: () => this.#leave(),
    })
  }

  toString(): string {
    return `<EventIterator ${this.#watch.info.detail ?? ""} [${this.#state}, events:${this.#events.size}]>`
  }

  /** Begins to listen, unless it has begun already. */
  open(): void {
    if (this.#state !== "new") return
    this.#state = "open"
    try {
      this.#stop = this.#watch.begin({ value: this.#came, ended: () => this.#end(), failed: (error) => this.#fail(error) })
    } catch (error) {
      this.#state = "ended"
      throw error
    }
    // What ended it while it began could not take its listeners away yet.
    if (!this.#isOpen()) this.#stopListening()
    else this.#known = new OpenIterator(this.#watch.info.detail ?? "", () => this.#line.size, () => this.#events.size)
  }

  /**
   * The next event, waiting for one if necessary.
   *
   * @throws what an emitter tells with `error`; QueueFull once the buffer has overflowed and
   * what it held is taken.
   * @throws CancelledError if the task is cancelled first, no event is lost then; or the
   * signal has aborted.
   */
  next(): Coroutine<IteratorResult<T, undefined>> {
    return this.#line.next()
  }

  /** Stops listening and drops what is buffered. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.#leave()
    return NativePromise.resolve({ done: true, value: undefined })
  }

  /** For a loop: leaving it, also by a cancellation while it waits, ends this. */
  [Symbol.asyncIterator](): LoopIterator<T> {
    return { next: () => this.#line.nextOfLoop(), return: () => this.return() }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  #leave(): void {
    this.#events.clear()
    this.#failure = null
    this.#end()
  }

  #isOpen(): boolean {
    return this.#state === "open"
  }

  readonly #came = (value: T): void => {
    if (this.#state !== "open") return
    if (this.#events.size >= this.#capacity) {
      if (this.#overflow === "drop newest") return
      if (this.#overflow === "error") {
        this.#fail(
          new QueueFull(
            `${this.#capacity} events of ${this.#watch.info.detail ?? "a source"} wait to be taken, and another came: ` +
              `take them faster, give a larger buffer, or say overflow: "drop oldest" or "drop newest"`,
          ),
        )
        return
      }
      this.#events.shift()
    }
    this.#events.push(value)
    this.#line.notify()
  }

  #take(): IteratorResult<T, undefined> | undefined {
    if (this.#events.size > 0) return { done: false, value: this.#events.shift() as T } // its size was looked at
    if (this.#state !== "ended") return undefined
    const failure = this.#failure
    this.#failure = null
    if (failure !== null) throw failure.error
    return { done: true, value: undefined }
  }

  #fail(error: unknown): void {
    if (this.#state === "ended") return
    this.#failure = { error }
    this.#end()
  }

  #end(): void {
    this.#state = "ended"
    this.#stopListening()
    this.#line.notifyAll()
  }

  #stopListening(): void {
    const stop = this.#stop
    this.#stop = null
    stop?.()
    this.#known?.ended()
    this.#known = null
  }
}
