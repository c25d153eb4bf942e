/**
 * The memory of a recorder: cells of eight bytes in a ring, each written in a nanosecond or two.
 *
 * A cell is a kind, 28 bits beside it, and a value of 32 bits. An event is a cell, followed by
 * cells that tell more of it, and happened at the time of the latest `TIME` before it.
 */

/** Which loop's clock tells the time from here: the value is its number. */
export const LOOP = 1
/** What it said in nanoseconds: the value is the lower part, beside it is the upper. */
export const TIME = 2

// Events. The value is the number of the task, of callbacks that of the loop. Beside it:

/** The text of what its code is called. */
export const MADE = 3
export const RUNS = 4
/** Whether it is ready as it parks, whether its `RUNS` is left out just before, and the text of what it waits for. */
export const WAITS = 5
/** How it ended, in two bits, and the text of what its code is called. */
export const ENDED = 6
export const WOKEN = 7
export const ASKED = 8
/** The text of what the callback is called. */
export const CALLED = 9
export const RETURNED = 10

// What tells more of an event.

/** The value is the task that did it; of one that was made, beside it is whether it stands for code left behind. */
export const BY = 11
/** The value is a text; beside it is what it tells. */
export const TEXT = 12
/** The value is the number of a place. */
export const PLACE = 13
/** The value is a task that is awaited. */
export const AWAITS = 14
/** The value is since when it waited, in ticks of its loop; beside it is the text of what for. */
export const SINCE = 15

/** What a `TEXT` tells. */
export const NAME = 0
export const DETAIL = 1
export const WHO = 2

/** The bits beside a `WAITS`. */
export const READY_AT_ONCE = 1
export const RAN = 2
export const WAIT_BITS = 2

/** How a task ends, by the number that `ENDED` has. */
export const ENDS = ["returned", "failed", "cancelled", "left behind"] as const

export const TWO_32 = 2 ** 32
/** How many bits of a cell are its kind. */
export const KIND_BITS = 4
/** What fits beside a kind, less the two bits that some events take of it. */
export const MOST_TEXTS = 2 ** 26

/** Whether a cell is an event of its own. */
export function isEvent(kind: number): boolean {
  return kind >= MADE && kind <= RETURNED
}

/** The cells of a ring, from the oldest to the latest. */
export class Cells {
  readonly #words: Uint32Array
  readonly #first: number
  readonly count: number

  /** @param next - the word that is written next; what stands there is of the round before, if there was one */
  constructor(words: Uint32Array, next: number) {
    const full = words[next + 1] !== 0
    this.#words = words
    this.#first = full ? next : 0
    this.count = (full ? words.length : next) / 2
  }

  kind(at: number): number {
    return this.#word(at * 2 + 1) & (2 ** KIND_BITS - 1)
  }

  beside(at: number): number {
    return this.#word(at * 2 + 1) >>> KIND_BITS
  }

  value(at: number): number {
    return this.#word(at * 2)
  }

  #word(at: number): number {
    return this.#words[(this.#first + at) % this.#words.length] ?? 0
  }
}
