/**
 * The values of context variables at one place in the program.
 *
 * A map shared between copies until one of them is written: every task copies the context
 * of its creator, and most never set a variable.
 */

/** What identifies a variable; `ContextVar` is one. */
export interface ContextKey<T> {
  readonly name: string
  /** Carries the type of the value; never read. */
  readonly valueType?: T
}

const nothing: ReadonlyMap<ContextKey<unknown>, unknown> = new Map()

/**
 * Invariant: while `#shared`, `#values` is never written; the first write copies it.
 *
 * @see https://docs.python.org/3/library/contextvars.html#contextvars.Context
 */
export class ContextValues {
  #values: ReadonlyMap<ContextKey<unknown>, unknown> = nothing
  #shared = true

  copy(): ContextValues {
    return this.copyInto(new ContextValues())
  }

  /** Makes `target`, which is new, a copy of this. */
  copyInto<C extends ContextValues>(target: C): C {
    target.#values = this.#values
    this.#shared = true
    return target
  }

  has(key: ContextKey<unknown>): boolean {
    return this.#values.has(key)
  }

  get<T>(key: ContextKey<T>): T | undefined {
    return this.#values.get(key) as T | undefined // only `set` writes, with the key's own type
  }

  set<T>(key: ContextKey<T>, value: T): void {
    this.#writable().set(key, value)
  }

  delete(key: ContextKey<unknown>): void {
    this.#writable().delete(key)
  }

  entries(): IterableIterator<[ContextKey<unknown>, unknown]> {
    return this.#values.entries()
  }

  get size(): number {
    return this.#values.size
  }

  #writable(): Map<ContextKey<unknown>, unknown> {
    if (this.#shared) {
      this.#values = new Map(this.#values)
      this.#shared = false
    }
    return this.#values as Map<ContextKey<unknown>, unknown> // not shared, so ours to write
  }
}
