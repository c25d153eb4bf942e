/**
 * What a loop needs of time. The system's clock waits with one host timer; the virtual
 * clock of `asyncio-ts/testing` moves on instead.
 */
import { host } from "../host/host.ts"

/** What a loop tells its clock when nothing is ready. */
export interface Idle {
  /** When the next timer is due; Infinity without timers. */
  readonly timer: number
  /** When the loop wants to look after itself, such as reporting lost errors. */
  readonly chore: number
  /** False while a task waits for something that the loop cannot see. */
  readonly quiet: boolean
}

/** The time that a loop runs on: the system's, or a virtual one. */
export interface Clock {
  /** Seconds; never goes back. */
  time(): number
  /**
   * Called when nothing is ready: arranges for `wake` to be called in time.
   *
   * @returns true if time has moved on and the loop should look again at once
   */
  idle(idle: Idle, wake: () => void): boolean
  /** The loop has stopped: no wake is needed any more. */
  stop(): void
  /**
   * Seconds of the host's that the loop may go on after it was woken before it lets the host
   * round: for a clock whose mover lets the host round once and then moves on.
   */
  readonly burst?: number
}

export class SystemClock implements Clock {
  // Invariant: a host timer is armed exactly when #armedFor is finite, and wakes the loop
  // no later than its earliest timer. It may wake too early: the loop looks and re-arms,
  // which is cheaper than moving the host's timer whenever an early timer is cancelled.
  #token: unknown
  #armedFor = Infinity

  time(): number {
    return host.now()
  }

  idle({ timer, chore }: Idle, wake: () => void): boolean {
    const when = Math.min(timer, chore)
    if (when === Infinity) this.stop()
    else if (when < this.#armedFor) this.#arm(when, wake)
    return false
  }

  stop(): void {
    if (this.#armedFor === Infinity) return
    host.clearTimer(this.#token)
    this.#token = undefined
    this.#armedFor = Infinity
  }

  #arm(when: number, wake: () => void): void {
    this.stop()
    this.#armedFor = when
    this.#token = host.setTimer(Math.max(0, when - host.now()), () => {
      this.#armedFor = Infinity
      this.#token = undefined
      wake()
    })
  }
}

/** What makes the clock of a loop that is given none. */
export const clocks: { make: () => Clock } = { make: () => new SystemClock() }
