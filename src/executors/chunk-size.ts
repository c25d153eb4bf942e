/** Seconds that a chunk is to take: its way there and back costs some hundredths of a millisecond. */
const LEAST = 0.01
const BEST = 0.015
const MOST = 0.02
/** Of items that take next to no time, more in a chunk gain nothing, and one slow one holds up all behind it. */
const MOST_ITEMS = 2048
/** A chunk that was quick by chance is not to be followed by one that takes minutes. */
const GROWTH = 4

/**
 * How many items go into the next chunk, if there is to be one: as many as a worker does in some milliseconds, judged
 * by the chunks that came back, beginning with one.
 */
export class ChunkSize {
  readonly #fixed: number | undefined
  readonly #lanes: number
  #items = 1
  #stopped = false

  /**
   * @param fixed - what the caller has said
   * @param lanes - how many chunks are worked on at once
   */
  constructor(fixed: number | undefined, lanes: number) {
    this.#fixed = fixed
    this.#lanes = lanes
  }

  /** Whether there are to be no more chunks. */
  get stopped(): boolean {
    return this.#stopped
  }

  get isFixed(): boolean {
    return this.#fixed !== undefined
  }

  /** @param left - how many items there are: the last are shared out, so that no worker is done long before another */
  next(left = Infinity): number {
    return this.#fixed ?? Math.max(1, Math.min(this.#items, Math.ceil(left / (2 * this.#lanes))))
  }

  /** Something has failed. */
  stop(): void {
    this.#stopped = true
  }

  /** A chunk of so many items took so long. */
  took(items: number, seconds: number): void {
    const best = seconds > 0 ? Math.floor((items * BEST) / seconds) : MOST_ITEMS
    if (seconds > MOST) this.#items = Math.max(1, best)
    else if (seconds < LEAST) this.#items = Math.max(this.#items, Math.min(best, GROWTH * items, MOST_ITEMS))
  }
}
