import { Heap } from "../structures/heap.ts"
import { LinkedList, type Linked } from "../structures/linked-list.ts"

/** What stands in the line of a work queue. */
export interface Ranked<T> extends Linked<T> {
  /** The higher, the sooner. */
  readonly rank: number
}

/** Those of one rank. */
class Bucket<T extends Ranked<T>> extends LinkedList<T> {
  readonly rank: number

  constructor(rank: number) {
    super()
    this.rank = rank
  }
}

/** Empty buckets that may stand about before somebody looks. */
const FEW = 16

/**
 * A line by rank, and by arrival within a rank: joining and leaving from anywhere cost the same
 * however many wait, but for the number of different ranks.
 *
 * Invariants: `#byRank` and `#ranks` hold the same buckets, of which `#empty` are empty; a
 * bucket that is not empty is among them.
 */
export class JobLine<T extends Ranked<T>> implements Iterable<T> {
  readonly #byRank = new Map<number, Bucket<T>>()
  readonly #ranks = new Heap<Bucket<T>>((a, b) => b.rank - a.rank)
  #empty = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  add(member: T): void {
    let bucket = this.#byRank.get(member.rank)
    if (bucket === undefined) {
      bucket = new Bucket(member.rank)
      this.#byRank.set(member.rank, bucket)
      this.#ranks.push(bucket)
    } else if (bucket.size === 0) {
      this.#empty -= 1
    }
    bucket.append(member)
    this.#size += 1
  }

  /** Takes out whose turn it is. */
  take(): T | undefined {
    for (let top = this.#ranks.peek(); top !== undefined; top = this.#ranks.peek()) {
      const { first } = top
      if (first !== null) {
        this.#leave(top, first)
        return first
      }
      // The last one stays: most lines have one rank only.
      if (this.#ranks.size === 1) return undefined
      this.#ranks.pop()
      this.#byRank.delete(top.rank)
      this.#empty -= 1
    }
    return undefined
  }

  /** Takes a member out; its rank must be that with which it joined. */
  remove(member: T): void {
    const bucket = this.#byRank.get(member.rank)
    if (bucket === undefined || !bucket.has(member)) return
    this.#leave(bucket, member)
    if (this.#empty <= FEW || this.#empty * 2 <= this.#ranks.size) return
    this.#ranks.retain(({ size }) => size > 0)
    for (const [rank, { size }] of this.#byRank) if (size === 0) this.#byRank.delete(rank)
    this.#empty = 0
  }

  *[Symbol.iterator](): Generator<T> {
    const buckets = [...this.#ranks].sort((a, b) => b.rank - a.rank)
    for (const bucket of buckets) yield* bucket
  }

  #leave(bucket: Bucket<T>, member: T): void {
    bucket.remove(member)
    this.#size -= 1
    if (bucket.size === 0) this.#empty += 1
  }
}
