import { Future, watches } from "./future.ts"
import type { Scheduler } from "./scheduler.ts"

/** The futures that a wait stands for, where it is no wait for a future: whoever draws who waits for whom sees these. */
export const watchedBy = new WeakMap<object, () => Iterable<Future<unknown>>>()

/** A future of the library's own that is done when others are: whoever draws who waits for whom sees these. */
export class WatchingFuture extends Future<void> {
  readonly #what: string
  readonly #others: () => Iterable<Future<unknown>>

  /** @param what - what waits, such as `wait` */
  constructor(loop: Scheduler, what: string, others: () => Iterable<Future<unknown>>) {
    super({ loop })
    this.#what = what
    this.#others = others
  }

  override get [Symbol.toStringTag](): string {
    return this.#what
  }

  override [watches](): Iterable<Future<unknown>> {
    return this.#others()
  }
}
