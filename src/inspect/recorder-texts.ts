/**
 * The texts of a recorder: each has a number while it is among the latest, and their memory is bounded.
 */
import { MOST_TEXTS } from "./recorder-cells.ts"

/** So many are kept; at two bytes for each of at most 200 characters, some three megabytes and most often a tenth of that. */
const KEPT = 8192
const LONGEST = 200
const RECENT = 16

/**
 * Invariants: text n is at n modulo `KEPT` until text n + `KEPT` comes; a text that is used gets a
 * new number once its own is among the older half, so that one in use is never lost.
 */
export class RecorderTexts {
  readonly #texts: string[] = []
  readonly #numbers = new Map<string, number>()
  #next = 0
  /** What was asked for last, for each length: names of tasks and of what they run take turns. */
  readonly #latest: string[] = Array.from({ length: RECENT }, () => "")
  readonly #latestNumbers: number[] = Array.from({ length: RECENT }, () => -KEPT)

  /** The number of a text. */
  of(text: string): number {
    const at = text.length % RECENT
    const number = this.#latestNumbers[at] ?? -KEPT
    if (text === this.#latest[at] && this.#next - number <= KEPT / 2) return number % MOST_TEXTS
    return text.length > LONGEST ? this.#find(short(text)) : this.#find(text)
  }

  #find(text: string): number {
    const known = this.#numbers.get(text)
    const number = known === undefined || this.#next - known > KEPT / 2 ? this.#add(text) : known
    const at = text.length % RECENT
    this.#latest[at] = text
    this.#latestNumbers[at] = number
    return number % MOST_TEXTS
  }

  /** The text of a number; undefined if it had to make room. */
  at(number: number): string | undefined {
    // The latest of the numbers that look the same in a cell.
    const full = number + Math.floor((this.#next - 1 - number) / MOST_TEXTS) * MOST_TEXTS
    return full >= 0 && full > this.#next - 1 - KEPT ? this.#texts[full % KEPT] : undefined
  }

  #add(text: string): number {
    const number = this.#next
    const at = number % KEPT
    const old = this.#texts[at]
    if (old !== undefined && this.#numbers.get(old) === number - KEPT) this.#numbers.delete(old)
    this.#texts[at] = text
    this.#numbers.set(text, number)
    this.#next += 1
    return number
  }
}

/** The beginning of a long text; a slice would keep the whole alive. */
function short(text: string): string {
  return Array.from({ length: LONGEST }, (_, at) => text[at]).join("")
}
