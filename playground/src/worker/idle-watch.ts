/** Finds out that nothing can happen any more: a loop that waits for a promise of the program's own does not know whether it will ever come. */

/** So many looks in a row at which nothing has happened. */
export const IDLE_LOOKS = 20

/** What is looked at of a loop. */
export interface LookedAt {
  readonly idle: boolean
  readonly iterations: number
}

export class IdleWatch {
  #iterations = -1
  #still = 0

  /**
   * Looks once; gives whether nothing has happened for long.
   *
   * @param timers - how many are open, of the program and of the library
   */
  look(loops: Iterable<LookedAt>, timers: number): boolean {
    const all = [...loops]
    const iterations = all.reduce((sum, loop) => sum + loop.iterations, 0)
    // With many tasks a single iteration takes many looks, and the loop is not idle meanwhile.
    const rests = timers === 0 && iterations === this.#iterations && all.every(({ idle }) => idle)
    this.#iterations = iterations
    this.#still = rests ? this.#still + 1 : 0
    return this.#still >= IDLE_LOOKS
  }
}
