/**
 * A binary heap over a comparison: the least item first.
 *
 * Invariants: no item compares less than its parent at `(i - 1) >> 1`; a comparison that
 * throws leaves the heap as it was, since each change is worked out before anything moves.
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
    const items = this.#items
    let place = items.length
    while (place > 0) {
      const above = (place - 1) >> 1
      if (this.#compare(item, items[above] as T) >= 0) break // above is the index of an item
      place = above
    }
    let at = items.length
    items.push(item)
    while (at > place) {
      const above = (at - 1) >> 1
      items[at] = items[above] as T // above is the index of an item
      at = above
    }
    items[place] = item
  }

  /** Takes the least item, or undefined when there is none. */
  pop(): T | undefined {
    const items = this.#items
    const least = items[0]
    const left = items.length - 1
    if (left <= 0) {
      items.length = 0
      return least
    }
    const last = items[left] as T // left is the index of the last item
    const place = this.#placeBelow(last, 0, left)
    items.pop()
    this.#moveUp(last, place, 0)
    return least
  }

  /** Drops every item for which `keep` is false, in O(n). */
  retain(keep: (item: T) => boolean): void {
    const items = this.#items.filter(keep)
    this.#items = items
    for (let top = (items.length >> 1) - 1; top >= 0; top -= 1) {
      const item = items[top] as T // top is the index of an item
      this.#moveUp(item, this.#placeBelow(item, top, items.length), top)
    }
  }

  clear(): void {
    this.#items = []
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.#items.values()
  }

  /** Where `item` belongs on its way down from `top`, among the first `size` items. */
  #placeBelow(item: T, top: number, size: number): number {
    const items = this.#items
    const half = size >> 1
    let at = top
    while (at < half) {
      let below = 2 * at + 1
      let child = items[below] as T // at < half, so a left child exists
      const right = items[below + 1]
      if (below + 1 < size && this.#compare(right as T, child) < 0) {
        below += 1
        child = right as T // below + 1 was checked against the size
      }
      if (this.#compare(item, child) <= 0) break
      at = below
    }
    return at
  }

  /** Puts `item` at `from` and moves what stands between there and `top` up by one; what stood at `top` goes. */
  #moveUp(item: T, from: number, top: number): void {
    const items = this.#items
    let moved = item
    let at = from
    for (;;) {
      const next = items[at] as T // between top and from there are items only
      items[at] = moved
      if (at === top) return
      moved = next
      at = (at - 1) >> 1
    }
  }
}
