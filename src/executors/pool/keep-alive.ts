import { atRoot } from "../../host/node.ts"

/** The longest that a timer of Node can wait. */
const LONGEST = 2 ** 31 - 1

/**
 * Keeps the program alive while a pool is waited for and no worker does so: they are let go of
 * unless they run a job that somebody waits for.
 *
 * Invariant: there is a timer exactly while it was last told that somebody waits.
 */
export class KeepAlive {
  #timer: NodeJS.Timeout | null = null

  set(wanted: boolean): void {
    if (wanted === (this.#timer !== null)) return
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = wanted ? atRoot(() => setInterval(nothing, LONGEST)) : null
  }
}

function nothing(): void {}
