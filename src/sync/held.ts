/**
 * What `acquire` gives: releases once, by hand or at the end of a `using` block.
 *
 * Invariant: `release` of the primitive is called at most once through it.
 */
export class Held {
  #release: (() => void) | null

  constructor(release: () => void) {
    this.#release = release
  }

  /** Gives back what was acquired; further calls do nothing. */
  release(): void {
    const release = this.#release
    this.#release = null
    release?.()
  }

  [Symbol.dispose](): void {
    this.release()
  }
}
