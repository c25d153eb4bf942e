import { checkSeconds, refuseThenable } from "../structures/arguments.ts"
import type { CancelledError } from "../errors/cancelled-error.ts"
import type { Coroutine } from "../core/coroutine.ts"
import type { Frame } from "../core/frame.ts"
import type { TimerHandle } from "../core/handle.ts"
import type { WaitInfo } from "../core/observer.ts"
import { Operation, waiting, type Waiting } from "../core/operation.ts"

class Sleep<T> extends Operation<T> {
  readonly #delay: number
  readonly #result: T
  // Invariant: set exactly while a timer is to wake this sleep.
  #timer: TimerHandle | null = null

  constructor(delay: number, result: T) {
    super()
    this.#delay = delay
    this.#result = result
  }

  get name(): string {
    return "sleep"
  }

  begin(frame: Frame): Waiting {
    const { loop } = frame
    if (this.#delay <= 0) {
      this.wake()
      return waiting
    }
    if (this.#delay !== Infinity) {
      this.#timer = loop.scheduleAt(loop.clock.time() + this.#delay, this)
    }
    return waiting
  }

  woken(error: CancelledError | null): T {
    this.dropped()
    if (error !== null) throw error
    return this.#result
  }

  dropped(): void {
    this.#timer?.cancel()
    this.#timer = null
  }

  override info(): WaitInfo {
    return { kind: "sleep", detail: `${this.#delay} s` }
  }

  get until(): number | undefined {
    return this.#timer?.when()
  }
}

/**
 * Suspends the task for `delay` seconds, and gives `result`.
 *
 * `sleep(0)` lets every other task that is ready run once.
 *
 * @param delay - seconds; 0 or less suspends for one iteration of the loop, Infinity for ever
 * @throws RangeError if `delay` is NaN, TypeError for a promise or coroutine as the result:
 * both at the call.
 * @throws CancelledError if the task is cancelled first; no timer is left behind.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * console.log(await asyncio.run(() => asyncio.sleep(0.01, "rested"))) // -> rested
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.sleep
 */
export function sleep(delay: number): Coroutine<void>
export function sleep<T>(delay: number, result: T): Coroutine<T>
export function sleep<T>(delay: number, result?: T): Coroutine<T | undefined> {
  checkSeconds(delay, "the delay of sleep")
  refuseThenable(result, "the result of sleep")
  return new Sleep(delay, result)
}
