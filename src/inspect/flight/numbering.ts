/** Numbers values in the order in which they are met. */
export class Numbering<T> {
  readonly all: T[]
  readonly #known = new Map<T, number>()

  /** @param unnamed - what has the first numbers and is never found */
  constructor(unnamed: T[]) {
    this.all = unnamed
  }

  of(value: T): number {
    return this.#known.get(value) ?? this.add(value)
  }

  /** Gives a value a number of its own; the first one is kept. */
  add(value: T): number {
    const number = this.all.push(value) - 1
    if (!this.#known.has(value)) this.#known.set(value, number)
    return number
  }
}
