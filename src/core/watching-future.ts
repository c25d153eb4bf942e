import { Future, watches } from "./future.ts"
import type { WaitReason } from "./observer.ts"
import type { Scheduler } from "./scheduler.ts"

/** The futures that something stands for, and what else is known of the wait for them. */
export interface Watched {
  (): Iterable<Future<unknown>>
  more?: Partial<WaitReason>
}

/** The futures that a wait stands for, where it is no wait for a future: whoever draws who waits for whom sees these. */
export const watchedBy = new WeakMap<object, Watched>()

/** A future of the library's own that is done when others are: whoever draws who waits for whom sees these. */
export class WatchingFuture<T = void> extends Future<T> {
  readonly #what: string
  readonly others: Watched
  /** Whether whoever draws knows of them otherwise. */
  readonly #hidden: boolean

  /** @param what - what waits, such as `wait` */
  constructor(loop: Scheduler, what: string, others: Watched, hidden = false) {
    super({ loop })
    this.#what = what
    this.others = others
    this.#hidden = hidden
  }

  override get [Symbol.toStringTag](): string {
    return this.#what
  }

  override [watches](): Iterable<Future<unknown>> {
    return this.#hidden ? [] : this.others()
  }
}

/** Whose ends a future waits for. */
export function watchedIn(future: Future<unknown>): Iterable<Future<unknown>> {
  return future instanceof WatchingFuture ? future.others() : future[watches]()
}

export function moreOf(future: Future<unknown>): Partial<WaitReason> | undefined {
  return future instanceof WatchingFuture ? future.others.more : undefined
}
