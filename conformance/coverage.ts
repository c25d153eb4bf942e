import type { Op } from "./scenario.ts"

/** Stands for a scenario that a `Runner` runs. */
export const BY_RUNNER = "runner"

/** Is told of the operations of a scenario as they begin. */
export interface Began {
  /** An operation, in a task or a callback. */
  one(name: Op[0] | typeof BY_RUNNER): void
  /** @param before - the operation before it in the same body, which has ended; undefined for the first of a body */
  after(task: object | undefined, before: Op[0] | undefined, name: Op[0]): void
}

/**
 * Counts operations that began, and ordered pairs of them. A pair is two that began one directly
 * after the other in one task, the second inside the first or after it, or that stand next to each
 * other in one body, whatever the first had inside.
 */
export class Coverage implements Began {
  readonly names: readonly string[]
  readonly ones: Uint32Array
  readonly pairs: Uint32Array
  readonly #numbers: ReadonlyMap<string, number>
  // By task, and so for as long as that: a program's tasks do not outlive it.
  #last = new WeakMap<object, number>()

  constructor(names: readonly string[]) {
    this.names = names
    this.#numbers = new Map(names.map((name, i) => [name, i]))
    this.ones = new Uint32Array(names.length)
    this.pairs = new Uint32Array(names.length ** 2)
  }

  one(name: Op[0] | typeof BY_RUNNER): void {
    const number = this.#numbers.get(name)
    if (number !== undefined) this.ones[number] = (this.ones[number] ?? 0) + 1
  }

  after(task: object | undefined, before: Op[0] | undefined, name: Op[0]): void {
    const number = this.#numbers.get(name)
    if (task === undefined || number === undefined) return
    const last = this.#last.get(task)
    const beside = before === undefined ? undefined : this.#numbers.get(before)
    this.#last.set(task, number)
    if (last !== undefined) this.#pair(last, number)
    if (beside !== undefined && beside !== last) this.#pair(beside, number)
  }

  /** Adds what another one has counted of the same operations. */
  add(ones: Uint32Array, pairs: Uint32Array): void {
    ones.forEach((count, i) => (this.ones[i] = (this.ones[i] ?? 0) + count))
    pairs.forEach((count, i) => (this.pairs[i] = (this.pairs[i] ?? 0) + count))
  }

  #pair(first: number, second: number): void {
    const at = first * this.names.length + second
    this.pairs[at] = (this.pairs[at] ?? 0) + 1
  }
}
