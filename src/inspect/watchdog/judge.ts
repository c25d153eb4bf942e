/**
 * Whether the main thread is blocked, by what can be seen of it from another thread.
 *
 * Nothing runs on the main thread for this before it is under suspicion: a thread that rests waits
 * for events, and that can be seen; one that computes uses the processor, and that can be counted;
 * one that waits in a call known to block has written that down. Only of a thread that has used
 * the processor for half the threshold does the watchdog want to know whether the loop turns.
 */

/** What was seen of the main thread; times in milliseconds of one clock. */
export interface Sample {
  readonly now: number
  /**
   * `resting`: waits for events. `waiting`: waits for the system. `held`: waits for another thread,
   * as one does that a debugger has stopped, and for moments while garbage is collected.
   * `running`: none of these. `unknown` where the system does not say.
   */
  readonly state: "resting" | "waiting" | "held" | "running" | "unknown"
  /** Milliseconds that it used or wanted the processor, since whenever. */
  readonly busy: number
  /** How often it gave up the processor by itself, where the system tells. */
  readonly rests?: number
  /** When its loop turned last, as far as it has told. */
  readonly turned: number
  /** Since when it tells of its turns, if it does. */
  readonly telling?: number
  /** When the call began that is known to block and that runs now. */
  readonly called?: number
}

export type Verdict =
  | { readonly kind: "free" }
  /** It may be blocked: from here on it should tell of each turn. */
  | { readonly kind: "suspected"; readonly since: number }
  | { readonly kind: "blocked"; readonly since: number }

/** How much less than the time the processor may have been used; the system counts in steps of 4 to 10 ms. */
const SLACK = 12
const FREE = { kind: "free" } as const

export class Judge {
  readonly #threshold: number
  #last: Sample | undefined
  /** Since when it may have been blocked; Infinity while it rests. */
  #since = Infinity
  /** When it was seen to be held first, if it was the last time. */
  #held: number | undefined

  /** @param threshold - milliseconds */
  constructor(threshold: number) {
    this.#threshold = threshold
  }

  see(sample: Sample): Verdict {
    const last = this.#last ?? sample
    this.#last = sample
    const held = sample.state === "held" && sample.called === undefined
    // What holds a thread for longer than that is a debugger.
    if (!held && this.#held !== undefined && last.now - this.#held > this.#threshold) this.#since = Infinity
    this.#held = held ? (this.#held ?? sample.now) : undefined
    this.#since = Math.max(this.#begin(sample, last), sample.turned)
    // Whether it goes on where it was shows when it runs again.
    if (held || this.#since > sample.now) return FREE
    const long = sample.now - this.#since
    if (long >= this.#threshold) return { kind: "blocked", since: this.#since }
    return long >= this.#threshold / 2 ? { kind: "suspected", since: this.#since } : FREE
  }

  /** Milliseconds until the next sample should be taken. */
  pause(now: number): number {
    const half = this.#threshold / 2
    if (this.#since > now) return half
    if (this.#held !== undefined) return half / 5
    const long = now - this.#since
    // A thread that only seems to be blocked shows it by resting in between.
    return Math.max(1, Math.min(half, (long < half ? half : this.#threshold) - long))
  }

  /** Since when it may have been blocked, not counting turns that it has told of. */
  #begin(sample: Sample, last: Sample): number {
    const { now, state, busy, called, telling = Infinity } = sample
    const used = Math.min(now - last.now, busy - last.busy)
    // While it tells of its turns, time without the processor is no rest: to collect garbage it waits for others.
    const couldRest = Math.min(now, telling) - last.now > SLACK
    if (called !== undefined) {
      const between = couldRest && called - last.now - used > SLACK
      if (this.#since < Infinity && !between) return this.#since
      // In a call that waits for the system, what it has computed it may have computed before; else within.
      const waits = state === "waiting" || state === "resting"
      return waits ? Math.max(called - used, Math.min(called, last.now)) : Math.min(called, now - used)
    }
    if (state === "resting") return Infinity
    if (state === "waiting" && this.#since < Infinity) return this.#since
    // That it does not run now counts as a time that it gave up the processor, and as no rest.
    const rests = sample.rests === undefined || last.rests === undefined ? Infinity : sample.rests - last.rests - (state === "running" ? 0 : 1)
    const idle = now - last.now - used
    // On a busy machine it may have wanted the processor for long, which is counted only once it gets it.
    const rested = couldRest && idle > SLACK && rests > 0
    if (state === "unknown" && rested) return Infinity
    // It rested, computed and was held; which of the idle time was which nobody knows.
    if (state === "held" && rests === 0 && this.#since === Infinity) return now - used - idle / 2
    // It computes, for as long as it has used the processor; and longer if it did not rest before.
    return rested || this.#since === Infinity ? now - used : this.#since
  }
}
