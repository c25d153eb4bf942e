/**
 * What runs behind `mapConcurrently`.
 */
import { isThenable } from "../structures/arguments.ts"
import { Deque } from "../structures/deque.ts"
import { isCancellation } from "../errors/cancelled-error.ts"
import { requestBy } from "../core/ambient.ts"
import { cancelFor, Relay, returnWith, takeCancelledError, type Future } from "../core/future.ts"
import { ignore } from "../core/wait.ts"
import { createTask, getRunningLoop } from "../core/running.ts"
import type { Task } from "../core/task.ts"
import { WatchingFuture } from "../core/watching-future.ts"
import { Lock } from "../sync/lock.ts"
import { Semaphore } from "../sync/semaphore.ts"

/** What can be mapped over. */
export type Source<S> = Iterable<S> | AsyncIterable<S>

type Outcome<T> = { readonly value: T } | { readonly error: unknown }

interface Item<S> {
  readonly value: S
  readonly index: number
}

/** The outcomes that have not been collected. */
interface Outcomes<T> {
  add(index: number, outcome: Outcome<T>): void
  /** The next to be handed out, if it is there. */
  take(): Outcome<T> | undefined
  rest(): Iterable<Outcome<T>>
}

/**
 * Workers that each take an item, call the function, and take the next; the consumer collects.
 *
 * Invariants: there are at most `limit` workers; an item is taken with one permit of `#room`,
 * which is free again once its result is collected; `#index` counts the items taken,
 * `#collected` the results handed out; after `close` no worker is left.
 */
export class Mapping<S, T> {
  readonly #source: Source<S>
  readonly #call: (item: Awaited<S>, index: number) => T | PromiseLike<T>
  readonly #limit: number
  readonly #outcomes: Outcomes<Awaited<T>>
  readonly #room: Semaphore | null
  /** Whose turn it is to take an item, where that takes time; null where it takes none. */
  #turn: Lock | null = null
  readonly #workers = new Set<Task<void>>()
  #iterator: Iterator<S> | AsyncIterator<S> | null = null
  #pulling = false
  #index = 0
  #collected = 0
  /** The source has ended, or failed: it needs no closing. */
  #sourceOver = false
  /** Nothing more is begun. */
  #over = false
  #closing = false
  /** Told of whatever the consumer or `close` may wait for. */
  #news: WatchingFuture | null = null

  constructor(source: Source<S>, call: (item: Awaited<S>, index: number) => T | PromiseLike<T>, limit: number, ordered: boolean, ahead: number) {
    this.#source = source
    this.#call = call
    this.#limit = limit
    this.#outcomes = ordered ? new InOrder() : new AsReady()
    this.#room = ahead === Infinity ? null : new Semaphore(ahead)
  }

  /** The next result; undefined after the last. */
  async next(): Promise<{ readonly value: Awaited<T> } | undefined> {
    if (this.#iterator === null) this.#begin()
    for (;;) {
      const outcome = this.#outcomes.take()
      if (outcome === undefined) {
        if (this.#over && this.#collected === this.#index) return undefined
        await this.#wait()
        continue
      }
      this.#collected += 1
      this.#room?.release()
      if ("error" in outcome) throw outcome.error
      return outcome
    }
  }

  /** Cancels what runs, waits for its end, and closes the source. */
  async close(): Promise<void> {
    this.#closing = true
    this.#over = true
    for (const worker of this.#workers) worker[cancelFor](requestBy(undefined, "mapConcurrently, which ends"))
    try {
      while (this.#workers.size > 0) await this.#wait()
    } finally {
      for (const outcome of this.#outcomes.rest()) {
        if ("error" in outcome) this.#report(outcome.error)
      }
      await this.#closeSource()
    }
  }

  #begin(): void {
    const source = this.#source as Partial<Iterable<S> & AsyncIterable<S>> // it is one of the two
    const iterator = source[Symbol.asyncIterator]?.() ?? source[Symbol.iterator]?.()
    if (source[Symbol.asyncIterator] !== undefined) this.#turn = new Lock()
    this.#iterator = iterator as Iterator<S> | AsyncIterator<S> // see above
    this.#spawn()
  }

  #spawn(): void {
    const worker = createTask(() => this.#work(), { name: "mapConcurrently" })
    this.#workers.add(worker)
    new Relay(worker, this.#gone)
  }

  readonly #gone = (worker: Future<void>): void => {
    this.#workers.delete(worker as Task<void>) // only workers are told of
    if (worker.cancelled() && !this.#closing) {
      // Whoever cancelled it, its item will have no result.
      this.#over = true
      this.#index = this.#collected + 1
      this.#outcomes.add(this.#collected, { error: worker[takeCancelledError]() })
    }
    this.#tell()
  }

  async #work(): Promise<void> {
    for (;;) {
      const item = await this.#take()
      if (item === undefined) return
      if (this.#workers.size < this.#limit && !this.#over) this.#spawn()
      this.#deliver(item.index, await this.#outcome(item))
    }
  }

  /** Calls the function. Throws only the cancellation of the worker. */
  async #outcome({ value, index }: Item<S>): Promise<Outcome<Awaited<T>>> {
    try {
      const given = (isThenable(value) ? await value : value) as Awaited<S> // as `await` would give it
      return { value: await this.#call(given, index) }
    } catch (error) {
      if (this.#closing) {
        if (!isCancellation(error)) this.#report(error)
        throw error
      }
      return { error }
    }
  }

  #deliver(index: number, outcome: Outcome<Awaited<T>>): void {
    if ("error" in outcome) this.#over = true
    this.#outcomes.add(index, outcome)
    this.#tell()
  }

  /** The next item, as soon as there is room; undefined if there is none. */
  async #take(): Promise<Item<S> | undefined> {
    const held = this.#turn === null ? null : await this.#turn.acquire()
    let room: { release(): void } | undefined
    try {
      if (this.#room !== null) room = await this.#room.acquire()
      if (this.#over) return undefined
      this.#pulling = true
      const pulled = this.#iterator?.next()
      const result = isThenable(pulled) ? await pulled : pulled
      this.#pulling = false
      if (result === undefined || result.done === true) {
        this.#sourceOver = true
        this.#over = true
        this.#tell()
        return undefined
      }
      // Another call has failed meanwhile.
      if (this.#over) return undefined
      room = undefined // whoever collects the result gives it back
      const index = this.#index
      this.#index += 1
      return { value: result.value, index }
    } catch (error) {
      this.#pulling = false
      if (this.#closing) throw error
      this.#sourceOver = true
      room = undefined
      const index = this.#index
      this.#index += 1
      this.#deliver(index, { error })
      return undefined
    } finally {
      room?.release()
      held?.release()
    }
  }

  async #closeSource(): Promise<void> {
    if (this.#sourceOver || this.#iterator === null) return
    this.#sourceOver = true
    const closed = this.#iterator.return?.()
    if (!isThenable(closed)) return
    // A source that awaits something foreign ends when that does; nobody can wait for it.
    if (this.#pulling) closed.then(ignore, ignore)
    else await closed
  }

  async #wait(): Promise<void> {
    this.#news = new WatchingFuture(getRunningLoop(), "mapConcurrently", () => this.#workers)
    await this.#news
  }

  #tell(): void {
    if (this.#news !== null && !this.#news.done()) this.#news[returnWith]()
  }

  #report(exception: unknown): void {
    getRunningLoop().callExceptionHandler({ message: "a call of mapConcurrently failed after its loop had ended", exception })
  }
}

class InOrder<T> implements Outcomes<T> {
  readonly #outcomes = new Map<number, Outcome<T>>()
  #next = 0

  add(index: number, outcome: Outcome<T>): void {
    this.#outcomes.set(index, outcome)
  }

  take(): Outcome<T> | undefined {
    const outcome = this.#outcomes.get(this.#next)
    if (outcome === undefined) return undefined
    this.#outcomes.delete(this.#next)
    this.#next += 1
    return outcome
  }

  rest(): Iterable<Outcome<T>> {
    return this.#outcomes.values()
  }
}

class AsReady<T> implements Outcomes<T> {
  readonly #outcomes = new Deque<Outcome<T>>()

  add(_index: number, outcome: Outcome<T>): void {
    this.#outcomes.push(outcome)
  }

  take(): Outcome<T> | undefined {
    return this.#outcomes.shift()
  }

  rest(): Iterable<Outcome<T>> {
    return this.#outcomes
  }
}
