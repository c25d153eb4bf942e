/**
 * Those who wait for a work queue to be empty, idle, or short enough.
 */
import type { CancelledError } from "../errors/cancelled-error.ts"
import type { Coroutine } from "../core/coroutine.ts"
import type { Frame } from "../core/frame.ts"
import type { WaitInfo, WaitReason } from "../core/observer.ts"
import { named } from "../core/words.ts"
import { waiting, type Waiting } from "../core/operation.ts"
import { Binding } from "../sync/binding.ts"
import { LineOperation } from "../sync/line-operation.ts"
import { waitOn, type Primitive } from "../sync/primitive.ts"
import { WaitList } from "../sync/wait-list.ts"

/** What the waits ask of the queue. */
export interface Watched extends Primitive {
  /** How many jobs wait. */
  readonly size: number
  /** How many jobs run. */
  readonly running: number
}

/** The waits of one queue. */
export class QueueWaits {
  readonly #queue: Watched
  readonly #binding = new Binding("WorkQueue")
  readonly #empty: QueueCondition
  readonly #noneRunning: QueueCondition
  readonly #idle: QueueCondition
  /** The three that hold for everybody alike. */
  readonly #common: readonly QueueCondition[]
  /** Those who wait for room, by what is room enough for them. */
  readonly #room = new Map<number, QueueCondition>()

  constructor(queue: Watched) {
    this.#queue = queue
    this.#empty = this.#condition("WorkQueue.onEmpty", ({ size }) => size === 0)
    this.#noneRunning = this.#condition("WorkQueue.onNoneRunning", ({ running }) => running === 0)
    this.#idle = this.#condition("WorkQueue.onIdle", ({ size, running }) => size === 0 && running === 0)
    this.#common = [this.#empty, this.#noneRunning, this.#idle]
  }

  empty(): Coroutine<void> {
    return new QueueWait(this.#empty)
  }

  noneRunning(): Coroutine<void> {
    return new QueueWait(this.#noneRunning)
  }

  idle(): Coroutine<void> {
    return new QueueWait(this.#idle)
  }

  /** Fewer than `limit` jobs wait. */
  lessThan(limit: number): Coroutine<void> {
    let condition = this.#room.get(limit)
    if (condition === undefined) {
      condition = this.#condition("WorkQueue.onSizeLessThan", ({ size }) => size < limit)
      this.#room.set(limit, condition)
    }
    return new RoomWait(condition)
  }

  /** Wakes those who wait for what has come true. */
  tell(): void {
    for (const condition of this.#common) {
      if (condition.line.size > 0 && condition.holds()) condition.line.popAll()
    }
    for (const { holds, line } of this.#room.values()) if (line.size > 0 && holds()) line.wakeHead()
  }

  #condition(name: string, holds: (queue: Watched) => boolean): QueueCondition {
    const queue = this.#queue
    return { name, queue, binding: this.#binding, line: new WaitList(), holds: () => holds(queue) }
  }
}

/** What a wait of a queue is for. */
interface QueueCondition {
  readonly name: string
  readonly queue: Watched
  readonly binding: Binding
  /** Where those stand who wait. */
  readonly line: WaitList
  /** Whether there is nothing to wait for. */
  holds(): boolean
}

/** Waits until a queue is in some state, if only for a moment. */
class QueueWait extends LineOperation<void> {
  protected readonly condition: QueueCondition

  constructor(condition: QueueCondition) {
    super()
    this.condition = condition
  }

  get name(): string {
    return this.condition.name
  }

  override info(): WaitInfo {
    return waitOn(this.name, this.condition.queue)
  }

  override reason(): WaitReason {
    const { queue } = this.condition
    const text = `${named("work queue", queue.name)}, ${queue.size} waiting, ${queue.running} running`
    return { ...this.info(), text, on: queue, internal: true }
  }

  begin({ loop }: Frame): void | Waiting {
    if (this.condition.holds()) return
    this.condition.binding.bind(loop)
    this.condition.line.add(this)
    return waiting
  }

  woken(error: CancelledError | null): void | Waiting {
    this.dropped()
    if (error !== null) throw error
  }

  dropped(): void {
    this.condition.line.remove(this)
  }
}

/**
 * Waits for room: one after the other, so that each finds room at its turn.
 *
 * Only the first in line is ever woken, and it stays in line until it has found room.
 */
class RoomWait extends QueueWait {
  override begin(frame: Frame): void | Waiting {
    const { line } = this.condition
    if (line.size === 0) return super.begin(frame)
    this.condition.binding.bind(frame.loop)
    line.add(this)
    return waiting
  }

  override woken(error: CancelledError | null): void | Waiting {
    if (error === null && !this.condition.holds()) return waiting
    this.dropped()
    if (error !== null) throw error
  }

  override dropped(): void {
    const { line } = this.condition
    line.remove(this)
    if (this.condition.holds()) line.wakeHead()
  }
}
