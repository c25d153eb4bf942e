import { RuntimeError } from "../errors/misuse.ts"
import type { Scheduler } from "../core/scheduler.ts"
import { remember, type Primitive } from "./primitive.ts"

/**
 * Ties a primitive to the first loop that has to wait on it; with another loop it may be
 * used as long as nobody has to wait.
 */
export class Binding {
  readonly #what: string
  #loop: Scheduler | null = null

  readonly #owner: Primitive | undefined

  constructor(what: string, owner?: Primitive) {
    this.#what = what
    this.#owner = owner
  }

  /** @throws RuntimeError if `loop` is another one. */
  bind(loop: Scheduler): void {
    if (this.#loop === null) {
      this.#loop = loop
      if (this.#owner !== undefined) remember(this.#owner)
    }
    if (this.#loop !== loop) {
      throw new RuntimeError(`this ${this.#what} is bound to another event loop; make one for each loop`)
    }
  }
}
