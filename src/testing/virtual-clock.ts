/**
 * A clock for tests: it moves on by itself when nothing else can happen, or only when it is told to.
 */
import { checkBoolean, checkSeconds } from "../structures/arguments.ts"
import type { Clock, Idle } from "../core/clock.ts"
import { currentFrame } from "../core/frame.ts"
import { Future } from "../core/future.ts"
import { runningLoops } from "../core/scheduler.ts"
import { host } from "../host/host.ts"
import { checkKitOptions } from "./kit-options.ts"

/** How a `VirtualClock` moves on. */
export interface VirtualClockOptions {
  /** The first reading, in seconds; 0 by default. */
  readonly start?: number | undefined
  /** Whether it jumps to the next timer when nothing else can happen; true by default. */
  readonly autojump?: boolean | undefined
  /** Seconds that pass by themselves in each second of the host's; 0 by default. */
  readonly rate?: number | undefined
}

/** Somebody waits until all that is due by a time has run. */
interface Target {
  readonly until: number
  reached(): void
}

/**
 * For a loop in a test: `new EventLoop({ clock: new VirtualClock() })`, or what `runTest` and
 * `runVirtual` make. It jumps to the next timer when nothing is ready, no task waits for
 * something foreign and no host operation of the library is open; `advance` forces it.
 *
 * With `autojump: false` it stands still until `runFor` or `advance` moves it, as the fake
 * timers of test runners do. One clock serves one loop.
 *
 * Invariant: the time never goes back, and never passes a timer that is due, unless `advance`
 * makes it.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { runTest, VirtualClock } from "asyncio-ts/testing"
 *
 * const clock = new VirtualClock({ autojump: false })
 * await runTest(async () => {
 *   const nap = asyncio.createTask(asyncio.sleep(10))
 *   await clock.runFor(9.5)
 *   console.log(nap.done()) // -> false
 *   await clock.runFor(0.5)
 *   console.log(nap.done()) // -> true
 * }, { clock })
 * ```
 *
 * @see https://trio.readthedocs.io/en/stable/reference-testing.html#trio.testing.MockClock
 */
export class VirtualClock implements Clock {
  readonly #autojump: boolean
  readonly #rate: number
  /** The time at `#read`, in seconds of the host's. */
  #now: number
  #read = 0
  #wake: (() => void) | null = null
  #timer = Infinity
  /** The earliest first. */
  readonly #targets: Target[] = []
  #token: unknown
  /** Called when nothing can ever happen again. */
  onDeadlock: (() => void) | null = null

  /**
   * @param options - how it moves on, or its first reading in seconds
   * @throws TypeError or RangeError for options of another kind.
   */
  constructor(options: number | VirtualClockOptions = {}) {
    if (typeof options !== "number") checkKitOptions(options, "a VirtualClock", "{ autojump: false }")
    const { start = 0, autojump = true, rate = 0 } = typeof options === "number" ? { start: options } : options
    checkSeconds(start, "the start of a VirtualClock")
    if (!Number.isFinite(start)) throw new RangeError(`the start of a VirtualClock is a time that comes, not ${start}`)
    checkBoolean(autojump, "autojump of a VirtualClock")
    checkSeconds(rate, "the rate of a VirtualClock")
    if (rate < 0 || rate === Infinity) throw new RangeError(`the rate of a VirtualClock is 0 or more, not ${rate}`)
    this.#now = start
    this.#autojump = autojump
    this.#rate = rate
    if (rate > 0) this.#read = host.now()
  }

  time(): number {
    if (this.#rate > 0) {
      const now = host.now()
      this.#now += (now - this.#read) * this.#rate
      this.#read = now
    }
    return this.#now
  }

  idle({ timer, chore, quiet }: Idle, wake: () => void): boolean {
    this.#wake = wake
    this.#timer = timer
    const now = this.time()
    if (quiet) {
      if (this.#reach(now)) return true
      const target = this.#targets[0]?.until ?? Infinity
      const next = Math.min(this.#autojump ? timer : Infinity, target)
      if (next !== Infinity) {
        this.#now = Math.max(now, Math.min(next, timer, chore))
        return true
      }
      if (timer === Infinity && this.#autojump) this.onDeadlock?.()
    }
    this.#arm(Math.min(timer, chore), wake)
    return false
  }

  /**
   * Moves the time on by `seconds` at once, whatever is going on: timers that come due on the
   * way all run afterwards, at the new time. `runFor` goes from timer to timer.
   *
   * @throws RangeError if `seconds` is negative or NaN.
   */
  advance(seconds: number): void {
    checkSpan(seconds, "advance")
    this.#now = this.time() + seconds
    this.#wake?.()
  }

  /**
   * Moves the time on by `seconds`, from timer to timer, and lets everything come to rest at
   * each; done when all that was due has run. Time stands still while a task waits for something
   * foreign. From a task of the loop as from outside; without a loop that runs, the time is set.
   *
   * @throws RangeError if `seconds` is negative, NaN or Infinity.
   * @throws CancelledError if the task that awaits it is cancelled: time stays where it is.
   */
  async runFor(seconds: number): Promise<void> {
    checkSpan(seconds, "runFor")
    if (seconds === Infinity) throw new RangeError("runFor takes a number of seconds that comes to an end, not Infinity")
    const until = this.time() + seconds
    const loop = [...runningLoops].find(({ clock }) => clock === this)
    if (loop === undefined) {
      this.#now = until
      return
    }
    if (currentFrame()?.loop === loop) {
      const reached = new Future<void>({ loop, reason: () => ({ text: `time to pass until ${until} s of a virtual clock`, until }) })
      const target = this.#aim(until, () => {
        if (!reached.done()) reached.setResult(undefined)
      })
      try {
        await reached
      } finally {
        this.#drop(target)
      }
    } else {
      await new Promise<void>((resolve) => {
        this.#aim(until, resolve)
        this.#wake?.()
      })
    }
  }

  /** The time at which the next timer is due, as of when the loop came to rest; Infinity without timers. */
  nextTimer(): number {
    return this.#timer
  }

  stop(): void {
    this.#wake = null
    this.#disarm()
    // Whoever moves the time of a loop that has ended is not to wait for it.
    for (const { reached } of this.#targets.splice(0)) reached()
  }

  #aim(until: number, reached: () => void): Target {
    const target: Target = { until, reached }
    const at = this.#targets.findIndex((other) => other.until > until)
    this.#targets.splice(at === -1 ? this.#targets.length : at, 0, target)
    return target
  }

  #drop(target: Target): void {
    const at = this.#targets.indexOf(target)
    if (at !== -1) this.#targets.splice(at, 1)
  }

  /** Tells those whose time has come, once everything due by then has run. */
  #reach(now: number): boolean {
    let reached = false
    for (let target = this.#targets[0]; target !== undefined && target.until <= now; target = this.#targets[0]) {
      this.#targets.shift()
      target.reached()
      reached = true
    }
    return reached
  }

  #arm(when: number, wake: () => void): void {
    this.#disarm()
    if (this.#rate === 0 || when === Infinity) return
    this.#token = host.setTimer(Math.max(0, when - this.#now) / this.#rate, wake)
  }

  #disarm(): void {
    if (this.#token !== undefined) host.clearTimer(this.#token)
    this.#token = undefined
  }
}

function checkSpan(seconds: number, method: string): void {
  checkSeconds(seconds, "how far to advance")
  if (seconds < 0) throw new RangeError(`a clock never goes back, but ${method}(${seconds}) was asked for`)
}
