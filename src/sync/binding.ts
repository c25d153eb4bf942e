import { RuntimeError } from "../errors/misuse.ts"
import type { Scheduler } from "../core/scheduler.ts"

/**
 * Ties a primitive to the first loop that has to wait on it; with another loop it may be
 * used as long as nobody has to wait.
 */
export class Binding {
  readonly #what: string
  #loop: Scheduler | null = null

  constructor(what: string) {
    this.#what = what
  }

  /** @throws RuntimeError if `loop` is another one. */
  bind(loop: Scheduler): void {
    this.#loop ??= loop
    if (this.#loop !== loop) {
      throw new RuntimeError(`this ${this.#what} is bound to another event loop; make one for each loop`)
    }
  }
}
