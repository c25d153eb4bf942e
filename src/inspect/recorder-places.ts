/**
 * Where tasks came to wait, as far as the budget for lines told it.
 */
import type { AwaitPlace } from "../core/place.ts"
import { host } from "../host/host.ts"
import { wordsOf } from "./live-tasks.ts"
import type { RecorderTexts } from "./recorder-texts.ts"

/** So many are kept; one that is not in words yet takes about a kilobyte. */
const KEPT = 2048
/** The part of a thread's time that may go to words, and how many seconds of it can be saved up. */
const SHARE = 0.003
const MOST = 0.002

/**
 * A place keeps the functions of a stack alive until it is in words, which takes some 15 µs: so
 * they are put into words when the loop has nothing else to do, within a budget, and the rest
 * when somebody asks.
 *
 * Invariants: place n is at n modulo `KEPT`; those before `#worded` are in words.
 */
export class RecorderPlaces {
  readonly #texts: RecorderTexts
  /** The number of a text, or what is to be put into words; -1 where that tells nothing. */
  readonly #places: (AwaitPlace | number)[] = []
  #next = 0
  #worded = 0
  #left = MOST
  #looked = 0

  constructor(texts: RecorderTexts) {
    this.#texts = texts
  }

  /** Gives the number of a place. */
  add(place: AwaitPlace): number {
    this.#places[this.#next % KEPT] = place
    this.#next += 1
    if (this.#next - this.#worded > KEPT) this.#worded = this.#next - KEPT
    return this.#next - 1
  }

  /** A place in words, and the lines that await it in turn, each on a line; undefined for one that had to make room. */
  at(number: number): string | undefined {
    if (number < this.#next - KEPT) return undefined
    this.#putIntoWords(number)
    const text = this.#places[number % KEPT]
    return typeof text === "number" && text >= 0 ? this.#texts.at(text) : undefined
  }

  /** The loop has time. */
  readonly tidy = (): number => {
    if (this.#worded === this.#next) return Infinity
    let now = host.now()
    this.#left = Math.min(MOST, this.#left + (now - this.#looked) * SHARE)
    this.#looked = now
    while (this.#left > 0 && this.#worded < this.#next) {
      this.#putIntoWords(this.#worded)
      this.#worded += 1
      const before = now
      now = host.now()
      this.#left -= now - before
      this.#looked = now
    }
    return Infinity
  }

  #putIntoWords(number: number): void {
    const place = this.#places[number % KEPT]
    if (place === undefined || typeof place === "number") return
    const line = wordsOf(place.line)
    // What awaits it in turn comes after it: one helper is called from many places.
    const above = place.path.split("\n").flatMap((above) => wordsOf(above) ?? [])
    const words = line === undefined ? undefined : [line, ...above.slice(above[0] === line ? 1 : 0).filter((above) => above !== "")].join("\n")
    this.#places[number % KEPT] = words === undefined ? -1 : this.#texts.of(words)
  }
}
