/**
 * The coroutines of one loop that nobody has started, so that a forgotten `await` is
 * reported when the loop closes.
 *
 * Not a `FinalizationRegistry`: a short script ends before anything is collected, and
 * registering costs 100 ns a coroutine against 5 here. Not a linked list either, which each
 * start would have to leave: what has started is swept out now and then. What has waited
 * for a second is held weakly from then on, so keeping coroutines here leaks nothing.
 */
export interface Startable {
  readonly unstarted: boolean
}

/** Seconds after which an unstarted coroutine is held weakly. */
const YOUNG = 1
/** Members at which to sweep for the first time. */
const FEW = 256

/** Invariant: the first `#older` members of `#young` were there at `#aged`. */
export class Unstarted {
  #young: Startable[] = []
  #older = 0
  #aged = 0
  #full = FEW
  #old: WeakRef<Startable>[] = []

  add(coroutine: Startable): void {
    const young = this.#young
    // What has started holds its result, which may be large: in code that awaits one thing after
    // the other there is never more than one of these. Each is popped once, so this is O(1).
    while (young.length > this.#older && !(young.at(-1) as Startable).unstarted) young.pop()
    if (young.length >= this.#full) this.#sweep()
    young.push(coroutine)
  }

  /** Lets go of those that have waited for long; returns when to be called again. */
  age(now: number): number {
    if (this.#young.length === 0) return Infinity
    // Compared as it is computed: a clock that jumps to just this time must find it past.
    if (now < this.#aged + YOUNG) return this.#aged + YOUNG
    this.#sweep()
    for (const coroutine of this.#young.splice(0, this.#older)) this.#old.push(new WeakRef(coroutine))
    this.#old = this.#old.filter((reference) => reference.deref()?.unstarted)
    this.#older = this.#young.length
    this.#aged = now
    return this.#older === 0 ? Infinity : now + YOUNG
  }

  /** Takes out all that were never started and still exist, oldest first. */
  takeAll(): Startable[] {
    const found = this.#old.flatMap((reference) => reference.deref() ?? []).concat(this.#young)
    this.#old = []
    this.#young = []
    this.#older = 0
    return found.filter((coroutine) => coroutine.unstarted)
  }

  #sweep(): void {
    let kept = 0
    let older = 0
    for (let index = 0; index < this.#young.length; index += 1) {
      const coroutine = this.#young[index] as Startable // index is within the array
      if (!coroutine.unstarted) continue
      if (index < this.#older) older += 1
      this.#young[kept] = coroutine
      kept += 1
    }
    this.#young.length = kept
    this.#older = older
    // Twice what is left, so that many unstarted ones do not make each sweep a long one.
    this.#full = Math.max(FEW, kept * 2)
  }
}
