/**
 * The coroutines of one loop that nobody has started, so that a forgotten `await` is
 * reported when the loop closes.
 *
 * A list and not a `FinalizationRegistry`: a short script ends before anything is
 * collected, and registering costs 100 ns a coroutine against 5 here. What has waited for
 * a second is held weakly from then on, so keeping coroutines in the list leaks nothing.
 */
import { LinkedList, type Linked } from "../structures/linked-list.ts"

export interface Startable extends Linked<Startable> {
  readonly unstarted: boolean
}

/** Seconds after which an unstarted coroutine is held weakly. */
const YOUNG = 1

/** Invariant: the members of `#young` before `#mark` were made before `#marked`. */
export class Unstarted {
  readonly #young = new LinkedList<Startable>()
  #old: WeakRef<Startable>[] = []
  #mark: Startable | null = null
  #marked = 0

  add(coroutine: Startable): void {
    this.#young.append(coroutine)
  }

  /** The coroutine was started: nobody need be told. */
  remove(coroutine: Startable): void {
    if (coroutine === this.#mark) this.#mark = coroutine.previous
    this.#young.remove(coroutine)
  }

  /** Lets go of those that have waited for long; returns when to be called again. */
  age(now: number): number {
    if (this.#young.first === null) return Infinity
    if (now - this.#marked < YOUNG) return this.#marked + YOUNG
    while (this.#mark !== null && this.#young.first !== null) {
      const oldest = this.#young.first
      this.#young.remove(oldest)
      this.#old.push(new WeakRef(oldest))
      if (oldest === this.#mark) this.#mark = null
    }
    this.#old = this.#old.filter((reference) => reference.deref()?.unstarted)
    this.#mark = this.#young.last
    this.#marked = now
    return this.#mark === null ? Infinity : now + YOUNG
  }

  /** Takes out all that were never started and still exist, oldest first. */
  takeAll(): Startable[] {
    const found: Startable[] = []
    for (const reference of this.#old) {
      const coroutine = reference.deref()
      if (coroutine?.unstarted) found.push(coroutine)
    }
    this.#old = []
    for (const coroutine of this.#young) {
      this.remove(coroutine)
      found.push(coroutine)
    }
    return found
  }
}
