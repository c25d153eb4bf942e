/**
 * Waiting until everybody else waits.
 */
import { checkSeconds } from "../structures/arguments.ts"
import type { CancelledError } from "../errors/cancelled-error.ts"
import type { Coroutine } from "../core/coroutine.ts"
import type { Frame } from "../core/frame.ts"
import type { WaitReason } from "../core/observer.ts"
import { Operation, waiting, type Waiting } from "../core/operation.ts"
import type { Scheduler } from "../core/scheduler.ts"
import { checkKitOptions } from "./kit-options.ts"

/** How `untilIdle` waits. */
export interface UntilIdleOptions {
  /** Seconds of the loop's clock for which nothing may have run; 0 by default. */
  readonly cushion?: number | undefined
}

/**
 * Those of one loop who wait for it to come to rest.
 *
 * Invariant: the loop's `lookBy` is the time at which the first of them may go on, as far as
 * the loop is at rest.
 */
class Rest {
  readonly #loop: Scheduler
  readonly #waiting = new Set<UntilIdle>()
  #iteration = -1
  #since = 0

  constructor(loop: Scheduler) {
    this.#loop = loop
    loop.chores.push(this.#look)
  }

  add(operation: UntilIdle): void {
    this.#waiting.add(operation)
  }

  remove(operation: UntilIdle): void {
    this.#waiting.delete(operation)
    if (this.#waiting.size === 0) this.#loop.lookBy = Infinity
  }

  readonly #look = (now: number): number => {
    const loop = this.#loop
    loop.lookBy = Infinity
    if (this.#waiting.size === 0 || !loop.idle) return Infinity
    if (loop.iterations !== this.#iteration) {
      this.#iteration = loop.iterations
      this.#since = now
    }
    let least = Infinity
    for (const { cushion } of this.#waiting) least = Math.min(least, cushion)
    const when = this.#since + least
    // Compared as it is computed: a clock that jumps to just this time must find it past.
    if (now < when) {
      loop.lookBy = when
      return when
    }
    for (const operation of this.#waiting) {
      if (operation.cushion !== least) continue
      this.#waiting.delete(operation)
      operation.wake()
    }
    return Infinity
  }
}

const rests = new WeakMap<Scheduler, Rest>()

class UntilIdle extends Operation<void> {
  readonly cushion: number
  #rest: Rest | null = null

  constructor(cushion: number) {
    super()
    this.cushion = cushion
  }

  get name(): string {
    return "untilIdle"
  }

  begin({ loop }: Frame): Waiting {
    let rest = rests.get(loop)
    if (rest === undefined) rests.set(loop, (rest = new Rest(loop)))
    this.#rest = rest
    rest.add(this)
    return waiting
  }

  woken(error: CancelledError | null): void {
    this.dropped()
    if (error !== null) throw error
  }

  dropped(): void {
    this.#rest?.remove(this)
    this.#rest = null
  }

  override reason(): WaitReason {
    const cushion = this.cushion === 0 ? "" : ` for ${this.cushion} s`
    return { ...this.info(), text: `all other tasks to wait${cushion}` }
  }
}

/**
 * Waits until every other task waits and nothing is ready: all that could happen by itself has
 * happened. Before time moves on, on a virtual clock.
 *
 * What waits for a timer, the network or a foreign promise counts as waiting too; a `cushion`
 * is for what the host may still bring. On a virtual clock the cushion passes only while nothing
 * foreign is open, and takes no time.
 *
 * Several may wait at once: the one with the shortest cushion goes on first, all those of the
 * same cushion together, in the order in which they came; what they do starts the cushion of
 * the others anew.
 *
 * @throws RangeError if the cushion is negative or NaN.
 * @throws CancelledError if the task is cancelled first; nothing is left behind.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { runTest, untilIdle } from "asyncio-ts/testing"
 *
 * await runTest(async () => {
 *   const lock = new asyncio.Lock()
 *   const held = await lock.acquire()
 *   const second = asyncio.createTask(() => lock.run(() => "second"))
 *   await untilIdle()
 *   console.log(lock.statistics().tasksWaiting) // -> 1
 *   held.release()
 *   console.log(await second) // -> second
 * })
 * ```
 *
 * @see https://trio.readthedocs.io/en/stable/reference-testing.html#trio.testing.wait_all_tasks_blocked
 */
export function untilIdle(options: UntilIdleOptions = {}): Coroutine<void> {
  checkKitOptions(options, "untilIdle", "{ cushion: 0.5 }")
  const { cushion = 0 } = options
  checkSeconds(cushion, "the cushion of untilIdle")
  if (cushion < 0) throw new RangeError(`the cushion of untilIdle is 0 or more, not ${cushion}`)
  return new UntilIdle(cushion)
}
