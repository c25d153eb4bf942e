/** A latch from public parts: opens once it was counted down, and stays open. */
import * as asyncio from "asyncio-ts"

export class Latch {
  // Invariant: the event is set exactly when #count is 0.
  readonly #open = new asyncio.Event()
  #count: number

  constructor(count: number) {
    if (!Number.isInteger(count) || count < 0) throw new RangeError(`a latch counts down from 0 or more, not ${count}`)
    this.#count = count
    if (count === 0) this.#open.set()
  }

  get count(): number {
    return this.#count
  }

  /** Counts down by one; opens at 0. */
  countDown(): void {
    if (this.#count === 0) throw new asyncio.RuntimeError("this latch is open already; count down once for each count")
    this.#count -= 1
    if (this.#count === 0) this.#open.set()
  }

  /** Waits until it is open; a cancelled wait leaves nothing behind. */
  wait(): asyncio.Coroutine<true> {
    return this.#open.wait()
  }
}
