/**
 * A rate limiter from public parts: at most `rate` starts in any window of `per` seconds,
 * first come, first served. What a primitive of one's own takes: a lock is the queue, a sleep
 * is the wait. `RateLimiter` of `asyncio-ts/flow` adds weights, bursts and `tryAcquire`.
 */
import * as asyncio from "asyncio-ts"

export class RateLimiter {
  // Invariant: #starts holds the times of the latest starts, at most #rate of them, oldest
  // first; only the holder of #turn reads or writes them.
  readonly #turn = new asyncio.Lock()
  readonly #starts: number[] = []
  readonly #rate: number
  readonly #per: number

  constructor(rate: number, per: number) {
    if (!(rate >= 1)) throw new RangeError(`a rate limiter needs a rate of at least 1, not ${rate}`)
    if (!(per > 0)) throw new RangeError(`a rate limiter needs a window of more than 0 seconds, not ${per}`)
    this.#rate = rate
    this.#per = per
  }

  /** Waits until one more start is allowed. A cancelled wait takes none. */
  acquire(): asyncio.Coroutine<void> {
    // The lock is the queue: whoever waits for the window keeps the others behind it.
    return this.#turn.run(() => this.#start())
  }

  async #start(): Promise<void> {
    const loop = asyncio.getRunningLoop()
    const oldest = this.#starts.length < this.#rate ? undefined : this.#starts[0]
    if (oldest !== undefined) {
      await asyncio.sleep(oldest + this.#per - loop.time())
      this.#starts.shift()
    }
    this.#starts.push(loop.time())
  }
}
