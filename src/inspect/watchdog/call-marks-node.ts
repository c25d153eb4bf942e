/**
 * Writes down which call is about to block, and where, before it does: in native code the engine
 * lets nobody look.
 *
 * To find out where takes some microseconds, so it is done within a budget; the name of the call is
 * always there.
 */
import type { RunningFrame } from "./program-frame.ts"
import { CELL, TIME, type SharedCells } from "./shared-cells.ts"
import { runningFrames } from "./running-frames.ts"

/** Of the time, at most. */
const SHARE = 0.01
/** Milliseconds that may be saved up. */
const SAVED = 20
/** Milliseconds that one place may cost; what took longer, the processor was given to another process. */
const DEAREST = 0.2
/** Milliseconds after which there is a place in any case. */
const SELDOM = 20
const FRAMES = 16

/** What is written down, as JSON. */
export interface CallPlace {
  readonly frames: readonly RunningFrame[]
  readonly task?: string
}

export class CallMarks {
  readonly #cells: SharedCells
  readonly #now: () => number
  readonly #task: () => string | undefined
  readonly #encoder = new TextEncoder()
  #depth = 0
  #budget = SAVED
  #last: number
  #placed = -Infinity

  /**
   * @param now - milliseconds
   * @param task - the name of the task whose code runs
   */
  constructor(cells: SharedCells, now: () => number, task: () => string | undefined) {
    this.#cells = cells
    this.#now = now
    this.#task = task
    this.#last = now()
  }

  /**
   * Whether a value may be looked at to see how large it is: a program that makes a million calls with
   * small ones in a second would otherwise spend a tenth of its time on that.
   */
  mayGlance(): boolean {
    const { ints } = this.#cells
    const left = ints[CELL.glances] ?? 0
    // The watchdog writes it too, and what is lost of one or the other does not matter: so no atomic operation, which costs more.
    if (left > 0) ints[CELL.glances] = left - 1
    return left > 0
  }

  /** The call of that number, from 1, begins; what calls this function is not told of. */
  begin(call: number): void {
    if ((this.#depth += 1) > 1) return
    const { ints, times } = this.#cells
    const now = this.#now()
    this.#budget = Math.min(SAVED, this.#budget + (now - this.#last) * SHARE)
    this.#last = now
    times[TIME.called] = now
    Atomics.store(ints, CELL.length, 0)
    Atomics.store(ints, CELL.call, call)
    if (this.#budget > 0 || now - this.#placed > SELDOM) {
      Atomics.store(ints, CELL.length, this.#writePlace())
      this.#placed = now
      this.#budget -= Math.min(DEAREST, this.#now() - now)
    }
  }

  end(): void {
    if ((this.#depth -= 1) === 0) Atomics.store(this.#cells.ints, CELL.call, 0)
  }

  #writePlace(): number {
    try {
      const task = this.#task()
      const place: CallPlace = { frames: runningFrames(FRAMES), ...(task === undefined ? {} : { task }) }
      const text = JSON_TEXT(place)
      const { read, written } = this.#encoder.encodeInto(text, this.#cells.text)
      return read === text.length ? written : 0
    } catch {
      // Such as a stack that is full: the call itself is to fail or not as it would.
      return 0
    }
  }
}

// The program may have put its own, or this watchdog its own, in the place of it.
const JSON_TEXT = JSON.stringify as (value: CallPlace) => string // of a plain object it gives a text
