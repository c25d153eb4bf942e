/**
 * The clock of a loop that was made while a test runner's fake timers were installed: it is
 * moved on by whoever moves those on.
 */
import { DeadlockError } from "../errors/misuse.ts"
import { fakeTimers, type FakeTimers } from "../host/fake-timers.ts"
import { host } from "../host/host.ts"
import { clocks, SystemClock, type Clock, type Idle } from "./clock.ts"
import { doomWaits, listTasks } from "./deadlock.ts"
import { runningLoops } from "./scheduler.ts"
import { Task } from "./task.ts"
import { span } from "./words.ts"

/** Seconds of the host's between two looks whether the fakes are still there. */
const LOOK = 0.05
/** Seconds of the host's after which nobody is expected to move time on; most runners end a test after 5. */
const PATIENCE = 4
/** Whoever moves fake timers asynchronously lets the host round once between two of them. */
const BURST = 0.05
/** What rounding may take off a time. */
const SLACK = 1e-6

/** Has loops that are made under fake timers use them. */
export function installFakeTimersClock(): void {
  clocks.make = () => {
    const fakes = fakeTimers()
    return fakes === undefined ? new SystemClock() : new FakeTimersClock(fakes)
  }
}

/**
 * Invariants: the time never goes back, also where the fakes are taken away or replaced; a
 * timer is armed exactly when `#armedFor` is finite. Nothing waits for ever on timers that
 * nobody moves: they are looked after in the host's time.
 */
export class FakeTimersClock implements Clock {
  readonly burst = BURST
  /** Null once they were taken away: the time is the host's then. */
  #fakes: FakeTimers | null
  readonly #patience: number
  /** The time at `#origin`, a moment of what tells the time now. */
  #base: number
  #origin: number
  /** The latest reading. */
  #latest: number
  #token: unknown
  #armedFor = Infinity
  /** Counts timers, since some fakes may not be asked to drop one. */
  #armed = 0
  #idle: Idle = { timer: Infinity, chore: Infinity, quiet: false }
  #wake: (() => void) | null = null
  #look: unknown
  /** When time last moved on, in the host's. */
  #moved = 0
  #seen = NaN

  /** @param patience - seconds of the host's after which a program whose time nobody moves is told */
  constructor(fakes: FakeTimers, patience = PATIENCE) {
    this.#fakes = fakes
    this.#patience = patience
    this.#origin = fakes.now() ?? 0
    this.#base = this.#origin
    this.#latest = this.#base
  }

  time(): number {
    const now = this.#fakes === null ? host.now() : this.#fakes.now()
    if (now !== undefined) this.#latest = Math.max(this.#latest, this.#base + (now - this.#origin))
    return this.#latest
  }

  idle(idle: Idle, wake: () => void): boolean {
    this.#idle = idle
    this.#wake = wake
    this.#follow()
    // Time has moved on meanwhile: a fake timer of no delay would wait for it to move once more.
    if (idle.timer <= this.time()) return true
    // Where its own timers alone tell the time, one that fires early would hide how far it was moved.
    const untold = this.#fakes !== null && this.#fakes.now() === undefined
    const when = untold ? idle.timer : Math.min(idle.timer, idle.chore)
    if (when === Infinity) this.#disarm()
    else if (when < this.#armedFor) this.#arm(when)
    this.#watch()
    return false
  }

  stop(): void {
    this.#disarm()
    this.#wake = null
    host.clearTimer(this.#look)
    this.#look = undefined
  }

  /** Goes over to what is installed now, and on from the present time. */
  #follow(): boolean {
    if (this.#fakes === null || (this.#fakes.installed() && !this.#wentBack())) return false
    // As far as those that were taken away still tell.
    const now = this.time()
    this.#armedFor = Infinity
    this.#armed += 1
    this.#fakes = fakeTimers() ?? null
    this.#base = now
    this.#origin = (this.#fakes === null ? host.now() : this.#fakes.now()) ?? 0
    return true
  }

  /** They were taken away and came back, as if nothing had been armed. */
  #wentBack(): boolean {
    const now = this.#fakes?.now()
    return now !== undefined && this.#base + (now - this.#origin) < this.#latest - SLACK
  }

  #arm(when: number): void {
    this.#disarm()
    this.#armedFor = when
    const number = (this.#armed += 1)
    const fired = (): void => {
      if (this.#armed !== number) return
      this.#armedFor = Infinity
      this.#token = undefined
      // Where nothing else tells the time, its timers do; elsewhere this takes off what rounding left.
      if (this.#fakes?.now() === undefined || when - this.time() < SLACK) this.#latest = Math.max(this.#latest, when)
      this.#wake?.()
    }
    const left = Math.max(0, when - this.time())
    this.#token = this.#fakes === null ? host.setTimer(left, fired) : this.#fakes.setTimer(left, fired)
  }

  #disarm(): void {
    if (this.#armedFor === Infinity) return
    if (this.#fakes === null) host.clearTimer(this.#token)
    else this.#fakes.clearTimer(this.#token)
    this.#token = undefined
    this.#armedFor = Infinity
    this.#armed += 1
  }

  #watch(): void {
    this.#moved = host.now()
    if (this.#look === undefined && this.#fakes !== null && this.#armedFor !== Infinity) this.#look = host.setTimer(LOOK, this.#lookAfter)
  }

  readonly #lookAfter = (): void => {
    this.#look = undefined
    if (this.#follow()) {
      this.#wake?.()
      return
    }
    const now = this.time()
    if (now !== this.#seen) this.#moved = host.now()
    this.#seen = now
    const { timer, quiet } = this.#idle
    // Set and not moved, as by setTime of `node:test`: no fake timer fires then.
    if (timer <= now) this.#wake?.()
    else if (quiet && timer !== Infinity && this.#armedFor !== Infinity && host.now() - this.#moved >= this.#patience) this.#end(timer - now)
    else if (this.#armedFor !== Infinity) this.#look = host.setTimer(LOOK, this.#lookAfter)
  }

  #end(left: number): void {
    for (const loop of runningLoops) {
      if (loop.clock !== this) continue
      for (const { task } of loop.tasks) {
        if (!(task instanceof Task)) continue
        doomWaits(
          task,
          new DeadlockError(
            `nobody has moved the fake timers on for ${span(this.#patience)}, under which this loop was made; its next timer is due in ${span(left)}. ` +
              "Move them on while the program runs (advanceTimersByTimeAsync of Jest and Vitest, tickAsync of Sinon, mock.timers.tick of node:test), " +
              `or run it with runTest, whose time moves by itself. These wait:\n${listTasks(loop)}`,
          ),
        )
        return
      }
    }
  }
}
