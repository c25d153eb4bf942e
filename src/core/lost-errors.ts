/**
 * Failed futures whose outcome nobody has asked for: reported within a second, and at the
 * latest when the loop closes. Collection is no guarantee in JavaScript, so unlike CPython
 * nothing waits for it.
 */
import { Deque } from "../structures/deque.ts"

/** Whether somebody has asked for the outcome. */
export const retrieved: unique symbol = Symbol("retrieved")
export const reportLost: unique symbol = Symbol("reportLost")

export interface Failed {
  readonly [retrieved]: boolean
  [reportLost](): void
}

/** Seconds that a program has to retrieve an error before it is reported. */
const PATIENCE = 0.5

/** Iterations of the loop that whoever is told of a failure may take to ask for it: each may last longer than all patience. */
const GRACE = 3

/** Invariant: `#failed` is in the order of failure, so only its head need be looked at. */
export class LostErrors {
  readonly #failed = new Deque<{ future: Failed; since: number; iteration: number }>()

  add(future: Failed, now: number, iteration: number): void {
    this.#failed.push({ future, since: now, iteration })
  }

  /**
   * Reports what has waited long enough; returns when to be called again.
   *
   * @param iteration - which one the loop is in; Infinity if nothing is ready in it
   */
  check(now: number, iteration: number): number {
    for (let head = this.#failed.peek(); head !== undefined; head = this.#failed.peek()) {
      if (!head.future[retrieved]) {
        // Compared as it is computed: a clock that jumps to just this time must find it past.
        if (now < head.since + PATIENCE || iteration < head.iteration + GRACE) return head.since + PATIENCE
        head.future[reportLost]()
      }
      this.#failed.shift()
    }
    return Infinity
  }

  /** Reports everything that is left. */
  flush(): void {
    for (let head = this.#failed.shift(); head !== undefined; head = this.#failed.shift()) {
      if (!head.future[retrieved]) head.future[reportLost]()
    }
  }
}
