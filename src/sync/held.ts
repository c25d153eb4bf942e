import { Shown } from "../structures/shown.ts"

/**
 * What `acquire` gives: releases once, by hand or at the end of a `using` block.
 *
 * Invariant: `release` of the primitive is called at most once through it.
 */
export class Held extends Shown {
  #release: (() => void) | null

  constructor(release: () => void) {
    super()
    this.#release = release
  }

  /** Gives back what was acquired; further calls do nothing. */
  release(): void {
    const release = this.#release
    this.#release = null
    release?.()
  }

  toString(): string {
    return this.#release === null ? "<Held released>" : "<Held>"
  }

  [Symbol.dispose](): void {
    this.release()
  }
}
