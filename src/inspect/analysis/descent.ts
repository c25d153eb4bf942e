/**
 * Who made whom, over any number of generations.
 */
import type { RecordedTask } from "../recording.ts"

/**
 * The tree of tasks, walked through once: each task has a number, and those of all that come from it follow, up
 * to its last. Asked for every await of a recording, a way up through the makers would take the square of its length.
 */
export class Descent {
  readonly #parents = new Map<number, number>()
  readonly #numbers = new Map<number, number>()
  /** By the number of each task, the number after those that come from it. */
  readonly #ends: number[] = []

  constructor(tasks: Iterable<RecordedTask>) {
    const made = new Map<number, number[]>()
    const roots: number[] = []
    const all = [...tasks]
    const known = new Set(all.map(({ id }) => id))
    for (const { id, parent } of all) {
      if (parent !== undefined) this.#parents.set(id, parent)
      if (parent === undefined || !known.has(parent)) roots.push(id)
      else if (!made.get(parent)?.push(id)) made.set(parent, [id])
    }
    for (const root of roots) this.#walk(root, made)
  }

  /** A set of tasks that can be asked whether one of them, or one that comes from them, made another. */
  makers(): Makers {
    return new Makers((task) => {
      const from = this.#numbers.get(task)
      return from === undefined ? undefined : [from, this.#ends[from] ?? from]
    }, (task) => this.#numbers.get(this.#parents.get(task) ?? NaN))
  }

  /** Not by calls of itself: a chain of tasks may be longer than the stack. */
  #walk(root: number, made: ReadonlyMap<number, readonly number[]>): void {
    const open: { readonly number: number; readonly children: readonly number[]; next: number }[] = []
    const enter = (id: number): void => {
      const number = this.#ends.push(0) - 1
      this.#numbers.set(id, number)
      open.push({ number, children: made.get(id) ?? [], next: 0 })
    }
    enter(root)
    for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
      const child = last.children[last.next]
      if (child === undefined) {
        this.#ends[last.number] = this.#ends.length
        open.pop()
      } else {
        last.next += 1
        enter(child)
      }
    }
  }
}

/** Invariant: `#from` and `#to` are stretches of numbers in order, none of which touches another's inside. */
class Makers {
  readonly #stretch: (task: number) => readonly [number, number] | undefined
  readonly #maker: (task: number) => number | undefined
  readonly #from: number[] = []
  readonly #to: number[] = []

  constructor(stretch: (task: number) => readonly [number, number] | undefined, maker: (task: number) => number | undefined) {
    this.#stretch = stretch
    this.#maker = maker
  }

  add(task: number): void {
    const [from, to] = this.#stretch(task) ?? [0, 0]
    if (from === to || this.#has(from)) return
    const at = this.#after(from)
    let inside = at
    while ((this.#from[inside] ?? Infinity) < to) inside += 1
    this.#from.splice(at, inside - at, from)
    this.#to.splice(at, inside - at, to)
  }

  /** Whether one of them, or one that comes from them, made `task`. */
  made(task: number): boolean {
    const maker = this.#maker(task)
    return maker !== undefined && this.#has(maker)
  }

  #has(number: number): boolean {
    const at = this.#after(number) - 1
    return at >= 0 && number < (this.#to[at] ?? 0)
  }

  /** The first stretch that begins after a number. */
  #after(number: number): number {
    let low = 0
    let high = this.#from.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#from[middle] ?? Infinity) <= number) low = middle + 1
      else high = middle
    }
    return low
  }
}
