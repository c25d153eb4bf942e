/**
 * A binary heap over a comparison: the least item first.
 *
 * Invariant: no item compares less than its parent at `(i - 1) >> 1`.
 */
export class Heap<T> {
  #items: T[] = []
  readonly #compare: (a: T, b: T) => number

  /** @param compare - negative when `a` comes first; equal items leave in no particular order */
  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare
  }

  get size(): number {
    return this.#items.length
  }

  /** The least item, left where it is. */
  peek(): T | undefined {
    return this.#items[0]
  }

  push(item: T): void {
    this.#items.push(item)
    this.#rise(this.#items.length - 1)
  }

  /** Takes the least item, or undefined when there is none. */
  pop(): T | undefined {
    const items = this.#items
    const least = items[0]
    const last = items.pop()
    // `last` is undefined only when the heap was empty, and then so is `least`.
    if (items.length > 0 && last !== undefined) {
      items[0] = last
      this.#sink(0)
    }
    return least
  }

  /** Drops every item for which `keep` is false, in O(n). */
  retain(keep: (item: T) => boolean): void {
    this.#items = this.#items.filter(keep)
    for (let i = (this.#items.length >> 1) - 1; i >= 0; i -= 1) this.#sink(i)
  }

  clear(): void {
    this.#items = []
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.#items.values()
  }

  #rise(index: number): void {
    const items = this.#items
    const item = items[index] as T // callers pass an index within the heap
    let at = index
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = items[above] as T // above < at
      if (this.#compare(item, parent) >= 0) break
      items[at] = parent
      at = above
    }
    items[at] = item
  }

  #sink(index: number): void {
    const items = this.#items
    const item = items[index] as T // callers pass an index within the heap
    const half = items.length >> 1
    let at = index
    while (at < half) {
      let below = 2 * at + 1
      let child = items[below] as T // at < half, so a left child exists
      const right = items[below + 1]
      if (below + 1 < items.length && this.#compare(right as T, child) < 0) {
        below += 1
        child = right as T // below + 1 was checked against the length
      }
      if (this.#compare(item, child) <= 0) break
      items[at] = child
      at = below
    }
    items[at] = item
  }
}
