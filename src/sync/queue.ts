/**
 * Queues between tasks.
 *
 * Long: a queue and the operations that wait in its lines need each other, and its kinds differ
 * only in where they keep the items.
 */
import { checkFunction, describe, refuseThenable } from "../structures/arguments.ts"
import { Deque } from "../structures/deque.ts"
import { Heap } from "../structures/heap.ts"
import type { CancelledError } from "../errors/cancelled-error.ts"
import { QueueEmpty, QueueFull, QueueShutDown } from "../errors/queue-errors.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { currentFrame, type Frame } from "../core/frame.ts"
import { waiting, type Waiting } from "../core/operation.ts"
import type { Scheduler } from "../core/scheduler.ts"
import { Trace } from "../core/trace.ts"
import type { Wait } from "../core/wait.ts"
import { Binding } from "./binding.ts"
import { Event } from "./event.ts"
import { LineOperation } from "./line-operation.ts"
import { insides, partOf, Primitive, remember, waitingIn, type PrimitiveOptions } from "./primitive.ts"
import { WaitList } from "./wait-list.ts"

/** What `Queue.statistics` gives. */
export interface QueueStatistics {
  readonly items: number
  readonly maxsize: number
  readonly unfinishedTasks: number
  readonly gettersWaiting: number
  readonly puttersWaiting: number
  readonly shutDown: boolean
}

/** Where a queue keeps its items; what it takes out next makes the kind of queue. */
interface Storage<T> {
  readonly size: number
  push(item: T): void
  take(): T
}

/** With so many items a queue is worth looking at, though nobody waits at it. */
const LARGE = 100

// What the operations on a queue need of it.
const getters: unique symbol = Symbol("getters")
const putters: unique symbol = Symbol("putters")
const binding: unique symbol = Symbol("binding")
/** Where a kind of queue keeps its items. */
const kept: unique symbol = Symbol("kept")
const isShutDown: unique symbol = Symbol("isShutDown")

/**
 * A queue between tasks: first in, first out; `put` waits for room and `get` for an item.
 *
 * `for await` takes items until the queue is shut down and drained. An item stays in the
 * queue until its getter has its turn.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const queue = new asyncio.Queue<string>(1)
 *   const producer = asyncio.createTask(async () => {
 *     for (const name of ["a", "b"]) await queue.put(name)
 *     queue.shutdown()
 *   })
 *   let all = ""
 *   for await (const name of queue) all += name
 *   await producer
 *   console.log(all) // -> ab
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-queue.html#asyncio.Queue
 */
export class Queue<T> extends Primitive implements AsyncIterable<T> {
  // Invariants: who is woken has left its line; while getters are in line, those woken who
  // have yet to take their turn are at least as many as the items, and so are putters and
  // free places; #unfinished is the number of items put and neither told done nor dropped.
  readonly [getters] = new WaitList()
  readonly [putters] = new WaitList()
  readonly [binding] = new Binding("Queue", this)
  readonly #storage: Storage<T>
  readonly #maxsize: number
  #unfinished = 0
  readonly #finished = partOf(this, new Event())
  readonly #lastPut = new Trace()
  readonly #lastGet = new Trace()
  #shutDown = false

  /** @param maxsize - how many items it holds; 0 or less for no limit */
  constructor(maxsize = 0, options: PrimitiveOptions & { readonly [kept]?: Storage<T> } = {}) {
    super(options)
    if (typeof maxsize !== "number" || Number.isNaN(maxsize)) {
      throw new TypeError(`the maxsize of a queue is a number, not ${describe(maxsize)}`)
    }
    this.#maxsize = maxsize
    this.#storage = options[kept] ?? new InOrder<T>()
    this.#finished.set()
  }

  protected get kind(): string {
    return "Queue"
  }

  protected describe(): string {
    const { items, maxsize, unfinishedTasks, gettersWaiting, puttersWaiting, shutDown } = this.statistics()
    const parts = [`items:${items}${maxsize > 0 ? `/${maxsize}` : ""}`]
    if (gettersWaiting > 0) parts.push(`getters:${gettersWaiting}`)
    if (puttersWaiting > 0) parts.push(`putters:${puttersWaiting}`)
    if (unfinishedTasks > 0) parts.push(`tasks:${unfinishedTasks}`)
    if (shutDown) parts.push("shutdown")
    return parts.join(", ")
  }

  get maxsize(): number {
    return this.#maxsize
  }

  qsize(): number {
    return this.#storage.size
  }

  empty(): boolean {
    return this.#storage.size === 0
  }

  full(): boolean {
    return this.#maxsize > 0 && this.#storage.size >= this.#maxsize
  }

  get [isShutDown](): boolean {
    return this.#shutDown
  }

  /**
   * Puts an item, waiting for room if necessary.
   *
   * @throws QueueShutDown if the queue is shut down; TypeError at the call for a promise or
   * coroutine, which whoever gets it would run unasked.
   * @throws CancelledError if the task is cancelled first; the item is not in the queue.
   */
  put(item: T): Coroutine<void> {
    refuseThenable(item, "an item of a queue")
    return new Put(this, item)
  }

  /**
   * Takes the next item, waiting for one if necessary.
   *
   * @throws QueueShutDown if the queue is shut down and drained.
   * @throws CancelledError if the task is cancelled first; no item is lost.
   */
  get(): Coroutine<T> {
    return new Get(this)
  }

  /** Puts an item at once. @throws QueueFull without room; QueueShutDown; TypeError as `put`. */
  putNowait(item: T): void {
    refuseThenable(item, "an item of a queue")
    if (this.#shutDown) throw new QueueShutDown("the queue is shut down and takes no more items")
    if (this.full()) throw new QueueFull(`the queue holds ${this.#maxsize} items, which is its maxsize; await put(…)`)
    this.#storage.push(item)
    if (this.#storage.size === LARGE) remember(this)
    this.#lastPut.write(currentFrame())
    this.#unfinished += 1
    this.#finished.clear()
    this[getters].popFirst()
  }

  /** Takes an item at once. @throws QueueEmpty without one; QueueShutDown once drained. */
  getNowait(): T {
    if (this.empty()) {
      if (this.#shutDown) throw new QueueShutDown("the queue is shut down and drained")
      throw new QueueEmpty("the queue is empty; await get()")
    }
    const item = this.#storage.take()
    this.#lastGet.write(currentFrame())
    this[putters].popFirst()
    return item
  }

  /** Tells that an item that was taken is dealt with. @throws RangeError if called once too often. */
  taskDone(): void {
    if (this.#unfinished <= 0) throw new RangeError("taskDone() called too many times: once for each item taken")
    this.#unfinished -= 1
    if (this.#unfinished === 0) this.#finished.set()
  }

  /**
   * Waits until every item that was put has been told done.
   *
   * @throws CancelledError if the task is cancelled first.
   */
  join(): Coroutine<true> {
    return this.#finished.wait()
  }

  /**
   * Refuses further items; getters take what is left, then get QueueShutDown.
   *
   * @param options - `immediate` drops what is left
   */
  shutdown(options: { immediate?: boolean } = {}): void {
    this.#shutDown = true
    if (options.immediate === true) {
      while (!this.empty()) {
        this.#storage.take()
        if (this.#unfinished > 0) this.#unfinished -= 1
      }
      if (this.#unfinished === 0) this.#finished.set()
    }
    this[getters].popAll()
    this[putters].popAll()
  }

  /** A snapshot for people and tests. */
  statistics(): QueueStatistics {
    return {
      items: this.qsize(),
      maxsize: this.#maxsize,
      unfinishedTasks: this.#unfinished,
      gettersWaiting: this[getters].size,
      puttersWaiting: this[putters].size,
      shutDown: this.#shutDown,
    }
  }

  get [insides](): { readonly lastPut: Trace; readonly lastGet: Trace } {
    return { lastPut: this.#lastPut, lastGet: this.#lastGet }
  }

  override *[waitingIn](): Iterable<Wait> {
    yield* this[getters]
    yield* this[putters]
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      let item: T
      try {
        item = await this.get()
      } catch (error) {
        if (error instanceof QueueShutDown) return
        throw error
      }
      yield item
    }
  }
}

/**
 * A queue that gives the least item first; equal ones in no particular order.
 *
 * @see https://docs.python.org/3/library/asyncio-queue.html#asyncio.PriorityQueue
 */
export class PriorityQueue<T> extends Queue<T> {
  /** @param options - `compare`: negative when the first comes before the second; `<` by default */
  constructor(maxsize = 0, options: PrimitiveOptions & { compare?: (a: T, b: T) => number } = {}) {
    const { compare = ascending } = options
    checkFunction(compare, "the comparison of a PriorityQueue")
    super(maxsize, { ...options, [kept]: new LeastFirst(compare) })
  }

  protected override get kind(): string {
    return "PriorityQueue"
  }
}

/**
 * A queue that gives the newest item first.
 *
 * @see https://docs.python.org/3/library/asyncio-queue.html#asyncio.LifoQueue
 */
export class LifoQueue<T> extends Queue<T> {
  constructor(maxsize = 0, options: PrimitiveOptions = {}) {
    super(maxsize, { ...options, [kept]: new NewestFirst<T>() })
  }

  protected override get kind(): string {
    return "LifoQueue"
  }
}

function ascending(a: unknown, b: unknown): number {
  // Any two values can be compared with `<`; what it means is the caller's concern.
  return (a as number) < (b as number) ? -1 : (b as number) < (a as number) ? 1 : 0
}

class InOrder<T> implements Storage<T> {
  readonly #items = new Deque<T>()
  get size(): number {
    return this.#items.size
  }
  push(item: T): void {
    this.#items.push(item)
  }
  take(): T {
    return this.#items.shift() as T // the queue takes only when size > 0
  }
}

class NewestFirst<T> implements Storage<T> {
  readonly #items = new Deque<T>()
  get size(): number {
    return this.#items.size
  }
  push(item: T): void {
    this.#items.push(item)
  }
  take(): T {
    return this.#items.pop() as T // the queue takes only when size > 0
  }
}

class LeastFirst<T> implements Storage<T> {
  readonly #items: Heap<T>
  constructor(compare: (a: T, b: T) => number) {
    this.#items = new Heap(compare)
  }
  get size(): number {
    return this.#items.size
  }
  push(item: T): void {
    this.#items.push(item)
  }
  take(): T {
    return this.#items.pop() as T // the queue takes only when size > 0
  }
}

/** Waits in one of a queue's lines until it can do its work. */
abstract class QueueOperation<T, R> extends LineOperation<R> {
  protected readonly queue: Queue<T>

  constructor(queue: Queue<T>) {
    super(queue)
    this.queue = queue
  }

  /** Whether it has to wait. */
  protected abstract blocked(): boolean
  protected abstract line(): WaitList
  protected abstract perform(): R

  begin({ loop }: Frame): R | Waiting {
    return this.#attempt(loop)
  }

  #attempt(loop: Scheduler | undefined): R | Waiting {
    if (!this.blocked()) return this.perform()
    if (this.queue[isShutDown]) throw new QueueShutDown("the queue is shut down")
    if (loop !== undefined) this.queue[binding].bind(loop)
    this.line().add(this)
    return waiting
  }

  woken(error: CancelledError | null): R | Waiting {
    if (error === null) return this.#attempt(undefined)
    this.#giveUp()
    throw error
  }

  dropped(): void {
    this.#giveUp()
  }

  #giveUp(): void {
    this.line().remove(this)
    // It was woken but cannot take its turn: the next in line gets it.
    if (!this.blocked() && !this.cancelled) this.line().popFirst()
  }
}

class Put<T> extends QueueOperation<T, void> {
  readonly #item: T

  constructor(queue: Queue<T>, item: T) {
    super(queue)
    this.#item = item
  }

  get name(): string {
    return "Queue.put"
  }

  protected blocked(): boolean {
    return this.queue.full()
  }

  protected line(): WaitList {
    return this.queue[putters]
  }

  protected perform(): void {
    this.queue.putNowait(this.#item)
  }
}

class Get<T> extends QueueOperation<T, T> {
  get name(): string {
    return "Queue.get"
  }

  protected blocked(): boolean {
    return this.queue.empty()
  }

  protected line(): WaitList {
    return this.queue[getters]
  }

  protected perform(): T {
    return this.queue.getNowait()
  }
}
