import type { TraceEvent } from "./scenario.ts"

/** Whether two events are the same; `undefined` and `null` both stand for Python's None. */
export function sameEvent(expected: TraceEvent | undefined, got: TraceEvent): boolean {
  return (
    expected !== undefined &&
    expected[0] === got[0] &&
    expected[1] === got[1] &&
    expected[2] === got[2] &&
    sameValue(expected[3], got[3])
  )
}

function sameValue(expected: unknown, got: unknown): boolean {
  if (Array.isArray(expected) && Array.isArray(got)) {
    return expected.length === got.length && expected.every((value, i) => sameValue(value, got[i]))
  }
  return (expected ?? null) === (got ?? null)
}

/** How many events after the first difference are worth having. */
export const EVENTS_AFTER = 8

/** Follows a trace event by event, and keeps nothing while it is as expected. */
export class Comparison {
  readonly #expected: readonly TraceEvent[]
  #seen = 0
  #over = false
  /** The events from the first difference on. */
  readonly #different: TraceEvent[] = []

  constructor(expected: readonly TraceEvent[]) {
    this.#expected = expected
  }

  /** Takes the next event; false once nothing that follows matters any more. */
  add(event: TraceEvent): boolean {
    if (this.#over) return true
    if (this.#different.length === 0 && sameEvent(this.#expected[this.#seen], event)) {
      this.#seen++
      return true
    }
    this.#different.push(event)
    return this.#different.length <= EVENTS_AFTER
  }

  /** The trace is over: events that still come are no part of it. */
  end(): void {
    this.#over = true
  }

  /** How many events were as expected before the first that was not. */
  get same(): number {
    return this.#seen
  }

  /** Whether every event came, and no other. */
  get complete(): boolean {
    return this.#different.length === 0 && this.#seen === this.#expected.length
  }

  /** The trace as it came, as far as it was followed. */
  get got(): TraceEvent[] {
    return [...this.#expected.slice(0, this.#seen), ...this.#different]
  }
}
