import type { CancelledError } from "../errors/cancelled-error.ts"
import type { Coroutine } from "../core/coroutine.ts"
import type { Frame } from "../core/frame.ts"
import { waiting, type Waiting } from "../core/operation.ts"
import type { Wait } from "../core/wait.ts"
import { Binding } from "./binding.ts"
import { LineOperation } from "./line-operation.ts"
import { Primitive, waiters, waitingIn, type PrimitiveOptions } from "./primitive.ts"
import { WaitList } from "./wait-list.ts"

/** What `Event.statistics` gives. */
export interface EventStatistics {
  readonly isSet: boolean
  readonly tasksWaiting: number
}

/**
 * A flag that tasks can wait for.
 *
 * `set` wakes everybody who waits at that moment, even if `clear` follows at once.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const ready = new asyncio.Event()
 *   asyncio.getRunningLoop().callLater(0.01, () => ready.set())
 *   console.log(await ready.wait()) // -> true
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-sync.html#asyncio.Event
 */
export class Event extends Primitive {
  // Invariant: while the flag is up, nobody in line is pending.
  readonly #waiters = new WaitList()
  readonly #binding = new Binding("Event", this)
  #set = false

  constructor(options: PrimitiveOptions = {}) {
    super(options)
  }

  protected get kind(): string {
    return "Event"
  }

  protected describe(): string {
    return `${this.#set ? "set" : "unset"}${waiters(this.#waiters.size)}`
  }

  isSet(): boolean {
    return this.#set
  }

  /** Raises the flag and wakes everybody who waits. */
  set(): void {
    if (this.#set) return
    this.#set = true
    this.#waiters.wakeAll()
  }

  /** Lowers the flag: who comes from now on waits for the next `set`. */
  clear(): void {
    this.#set = false
  }

  /**
   * Waits for the flag; does not suspend when it is up.
   *
   * @throws RuntimeError if it has to wait and tasks of another loop wait for it.
   * @throws CancelledError if the task is cancelled first; nobody is left in line.
   */
  wait(): Coroutine<true> {
    return new WaitForEvent(this, this.#waiters, this.#binding)
  }

  /** A snapshot for people and tests. */
  statistics(): EventStatistics {
    return { isSet: this.#set, tasksWaiting: this.#waiters.size }
  }

  override [waitingIn](): Iterable<Wait> {
    return this.#waiters
  }
}

class WaitForEvent extends LineOperation<true> {
  readonly #event: Event
  readonly #waiters: WaitList
  readonly #binding: Binding

  constructor(event: Event, waiters: WaitList, binding: Binding) {
    super(event)
    this.#event = event
    this.#waiters = waiters
    this.#binding = binding
  }

  get name(): string {
    return "Event.wait"
  }

  begin({ loop }: Frame): true | Waiting {
    if (this.#event.isSet()) return true
    this.#binding.bind(loop)
    this.#waiters.add(this)
    return waiting
  }

  woken(error: CancelledError | null): true {
    this.dropped()
    if (error !== null) throw error
    return true
  }

  dropped(): void {
    this.#waiters.remove(this)
  }
}
