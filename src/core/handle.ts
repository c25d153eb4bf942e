/**
 * Callbacks that wait for their turn: in the ready queue (`Handle`), or for a time
 * (`TimerHandle`).
 */
import { Shown } from "../structures/shown.ts"
import type { ContextValues } from "./context.ts"

/** What the ready queue holds. */
export interface Runnable {
  /**
   * Whether `run` calls none of the user's code, but at most settles a promise. Only such
   * a one may run on the stack of somebody who called `then`.
   */
  readonly quiet: boolean
  run(): void
}

/** What a handle calls: user code with its context, or an internal step. */
export interface Callback {
  readonly quiet: boolean
  readonly context: ContextValues | undefined
  /** @param handle - the handle whose turn it is */
  call(handle: object): void
  describe(): string
}

/** What a handle calls, for whoever looks; null once it was cancelled. */
export const scheduled: unique symbol = Symbol("scheduled")

/** An internal step as a callback: no user code, no context. */
export class Step implements Callback {
  readonly quiet = true
  readonly context = undefined
  readonly #name: string
  readonly #function: () => void

  constructor(name: string, step: () => void) {
    this.#name = name
    this.#function = step
  }

  call(): void {
    this.#function()
  }

  describe(): string {
    return this.#name
  }
}

/**
 * A callback that was scheduled; `cancel` takes it back.
 *
 * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.Handle
 */
export class Handle extends Shown implements Runnable {
  // Invariant: a cancelled handle has no callback, so nothing it captured is retained.
  #callback: Callback | null

  constructor(callback: Callback) {
    super()
    this.#callback = callback
  }

  get quiet(): boolean {
    return this.#callback === null || this.#callback.quiet
  }

  get [scheduled](): Callback | null {
    return this.#callback
  }

  /** Takes the callback back; does nothing when it has run. */
  cancel(): void {
    this.#callback = null
  }

  cancelled(): boolean {
    return this.#callback === null
  }

  /** The context in which the callback runs. */
  getContext(): ContextValues | undefined {
    return this.#callback?.context
  }

  /** Calls the callback unless it was cancelled. The loop's to call. */
  run(): void {
    this.#callback?.call(this)
  }

  toString(): string {
    return this.#callback === null ? "<Handle cancelled>" : `<Handle ${this.#callback.describe()}>`
  }
}

/**
 * A callback scheduled for a time of the loop's clock.
 *
 * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.TimerHandle
 */
export class TimerHandle extends Handle {
  readonly #when: number
  /** Breaks ties: timers due at one instant run in the order in which they were set. */
  readonly sequence: number
  /** It stands among the timers of its loop, which counts those that are cancelled. */
  stands = true
  readonly #onCancel: () => void

  constructor(when: number, sequence: number, callback: Callback, onCancel: () => void) {
    super(callback)
    this.#when = when
    this.sequence = sequence
    this.#onCancel = onCancel
  }

  /** When the callback is due, in seconds of the loop's clock. */
  when(): number {
    return this.#when
  }

  override cancel(): void {
    if (this.stands && !this.cancelled()) this.#onCancel()
    super.cancel()
  }

  override toString(): string {
    return `${super.toString().slice(0, -1)} at ${this.#when}>`
  }
}
