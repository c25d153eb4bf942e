/**
 * The items of a source that takes its time, in chunks.
 */
import { requestBy } from "../core/ambient.ts"
import { cancelFor, Future, Relay, returnWith } from "../core/future.ts"
import { createTask, getRunningLoop } from "../core/running.ts"
import type { EventLoop } from "../core/event-loop.ts"
import type { Task } from "../core/task.ts"
import { WatchingFuture } from "../core/watching-future.ts"
import { isCancellation } from "../errors/cancelled-error.ts"
import { host } from "../host/host.ts"
import type { ChunkSize } from "./chunk-size.ts"

/** Seconds for which an item may wait for others while a worker has nothing to do. */
const LONGEST = 0.01

/**
 * Gathers the items of an async source into chunks.
 *
 * A task of its own reads the source, so that its code always runs in the same one.
 *
 * A chunk is given out when it is full, when the source has ended, or when the source has been
 * quiet for a turn of the loop while a worker has nothing to do. So nobody waits for a slow
 * source, and while all are busy a chunk grows.
 *
 * Invariants: `next` is called by one at a time; the source is asked for an item only while a
 * chunk is wanted, so it is at most one item ahead; after `return` nobody reads.
 */
export class GatheredItems<S> implements AsyncIterator<readonly S[], undefined, undefined>, AsyncIterable<readonly S[]> {
  readonly #source: AsyncIterable<S>
  readonly #size: ChunkSize
  readonly #isIdle: () => boolean
  #reader: Task<void> | null = null
  #items: S[] = []
  /** How many make the chunk that is waited for; 0 while none is. */
  #wanted = 0
  #left = false
  #over = false
  #failure: { readonly error: unknown } | null = null
  /** How many have come, and how many had when the last turn began. */
  #come = 0
  #seen = 0
  /** When the first of those that wait came, in seconds of the host's clock. */
  #since = 0
  #looking = false
  #news: Future<void> | null = null
  #demand: Future<void> | null = null

  /** @param isIdle - whether a worker has nothing to do */
  constructor(source: AsyncIterable<S>, size: ChunkSize, isIdle: () => boolean) {
    this.#source = source
    this.#size = size
    this.#isIdle = isIdle
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<readonly S[], undefined>> {
    const wanted = this.#size.next()
    this.#wanted = wanted
    try {
      this.#reader ??= this.#begin()
      wake(this.#demand)
      // What came when nobody asked may be followed by more at once.
      if (this.#items.length > 0 && this.#items.length < wanted) this.#look(getRunningLoop())
      for (;;) {
        if (this.#size.stopped) return await this.return()
        const { length } = this.#items
        if (length >= wanted || (length > 0 && (this.#over || this.#isRipe()))) return { done: false, value: this.#items.splice(0, wanted) }
        if (this.#over) {
          const failure = this.#failure
          this.#failure = null
          if (failure !== null) throw failure.error
          return { done: true, value: undefined }
        }
        await this.#wait()
      }
    } catch (error) {
      // Nobody will ask again; `return` comes only later.
      if (isCancellation(error)) this.#leave()
      throw error
    } finally {
      this.#wanted = 0
    }
  }

  /** Closes the source, and waits for its end. */
  async return(): Promise<IteratorResult<readonly S[], undefined>> {
    this.#leave()
    while (this.#reader !== null && !this.#over) await this.#wait()
    const failure = this.#failure
    this.#failure = null
    if (failure !== null && !isCancellation(failure.error)) throw failure.error
    return { done: true, value: undefined }
  }

  #leave(): void {
    if (!this.#left) this.#reader?.[cancelFor](requestBy(undefined, "map, which ends"))
    this.#left = true
  }

  /** A worker has become idle. */
  idled(): void {
    if (this.#isRipe()) wake(this.#news)
  }

  #begin(): Task<void> {
    const loop = getRunningLoop()
    const reader = createTask(() => this.#read(loop), { name: "map, its source" })
    new Relay(reader, () => {
      this.#over = true
      const error = reader.cancelled() ? cancellationOf(reader) : reader.exception()
      if (error !== undefined) this.#failure = { error }
      wake(this.#news)
    })
    return reader
  }

  async #read(loop: EventLoop): Promise<void> {
    for await (const item of this.#source) {
      if (this.#items.length === 0) this.#since = host.now()
      this.#items.push(item)
      this.#come += 1
      if (this.#items.length >= this.#wanted) wake(this.#news)
      else this.#look(loop)
      while (this.#items.length >= this.#wanted) await (this.#demand = new Future<void>({ loop, reason: "room in the workers for more items" }))
    }
  }

  /** Looks once in each turn until one has passed in which nothing came, or the first has waited too long. */
  #look(loop: EventLoop): void {
    if (this.#looking || this.#size.isFixed) return
    this.#looking = true
    this.#seen = this.#come
    loop.callSoon(() => {
      this.#looking = false
      if (this.#come !== this.#seen && !this.#isLate()) this.#look(loop)
      else this.idled()
    })
  }

  #isRipe(): boolean {
    return this.#items.length > 0 && (!this.#looking || this.#isLate()) && !this.#size.isFixed && this.#isIdle()
  }

  #isLate(): boolean {
    return host.now() - this.#since >= LONGEST
  }

  async #wait(): Promise<void> {
    this.#news = new WatchingFuture(getRunningLoop(), "map", () => (this.#reader === null ? [] : [this.#reader]))
    await this.#news
  }
}

function wake(future: Future<void> | null): void {
  if (future !== null && !future.done()) future[returnWith](undefined)
}

function cancellationOf(task: Task<void>): unknown {
  try {
    return task.result()
  } catch (error) {
    return error
  }
}
