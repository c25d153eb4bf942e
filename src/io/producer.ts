/**
 * The task behind a stream that is made of an iteration.
 */
import { CancelledError } from "../errors/cancelled-error.ts"
import { CallbackContext } from "../core/callback-context.ts"
import type { EventLoop } from "../core/event-loop.ts"
import { listen } from "../core/future.ts"
import type { Task } from "../core/task.ts"
import { Event } from "../sync/event.ts"

/** The stream, as its producer sees it. */
export interface Sink<T> {
  /** Hands a chunk over; true if another is wanted at once. */
  push(chunk: T): boolean
  end(): void
  fail(error: unknown): void
}

/**
 * Iterates in a task of its own, made where the stream was made, at the first demand.
 *
 * Invariants: #finished is set before the stream is told of the end or a failure, since that
 * may destroy it, and nobody may wait for a task from within it; the stream's code and its
 * listeners run as callbacks, not within the task.
 */
export class Producer<T> {
  readonly #source: AsyncIterable<T> | Iterable<T>
  readonly #loop: EventLoop
  readonly #place: CallbackContext
  readonly #demand = new Event({ name: "toReadable" })
  #task: Task<void> | null = null
  #finished = false
  #stopping = false
  /** What went wrong while it cleaned up. */
  #lateError: unknown = null

  constructor(source: AsyncIterable<T> | Iterable<T>, loop: EventLoop) {
    this.#source = source
    this.#loop = loop
    this.#place = new CallbackContext(loop)
  }

  /** Whether the program that produces the stream ends. */
  get ends(): boolean {
    return this.#loop.ending
  }

  /** The stream wants a chunk. */
  demand(sink: Sink<T>): void {
    if (this.#finished) return
    this.#demand.set()
    if (this.#task !== null) return
    try {
      this.#place.run("toReadable", () => void (this.#task = this.#start(sink)), undefined)
    } catch (error) {
      // The loop is closed.
      this.#finished = true
      sink.fail(error)
    }
  }

  #start(sink: Sink<T>): Task<void> {
    const task = this.#loop.createTask(() => this.#produce(sink), { name: "toReadable" })
    task[listen]({
      futureDone: () => {
        // Cancelled before its first step, with its loop.
        if (!this.#finished && !this.#stopping) this.#fail(sink, new CancelledError("the loop that produces the stream has ended"))
      },
    })
    return task
  }

  #fail(sink: Sink<T>, error: unknown): void {
    this.#finished = true
    this.#place.run("toReadable", () => sink.fail(error), undefined)
  }

  /** Nobody reads any more; `then` is called once the iteration has cleaned up. */
  stop(why: string, then: (error: unknown) => void): void {
    const task = this.#task
    if (task === null || this.#finished || task.done() || this.#loop.isClosed()) {
      this.#finished = true
      then(null)
      return
    }
    this.#stopping = true
    task[listen]({ futureDone: () => then(this.#lateError) })
    task.cancel(why)
  }

  async #produce(sink: Sink<T>): Promise<void> {
    try {
      for await (const chunk of this.#source) {
        this.#demand.clear()
        let more = false
        this.#place.run("toReadable", () => (more = sink.push(chunk)), undefined)
        if (!more) await this.#demand.wait()
      }
    } catch (error) {
      if (this.#stopping) {
        if (error instanceof CancelledError) throw error
        this.#lateError = error
        return
      }
      this.#fail(sink, error)
      if (error instanceof CancelledError) throw error
      return
    }
    if (this.#stopping) return
    this.#finished = true
    this.#place.run("toReadable", () => sink.end(), undefined)
  }
}
