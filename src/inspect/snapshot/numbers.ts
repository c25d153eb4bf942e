/**
 * Numbers by which loops and resources are told apart, the same as long as the process lives.
 */

export class Numbers {
  readonly #known = new WeakMap<object, number>()
  #last = 0

  of(object: object): number {
    let number = this.#known.get(object)
    if (number === undefined) {
      this.#last += 1
      number = this.#last
      this.#known.set(object, number)
    }
    return number
  }
}

export const loopNumbers = new Numbers()
export const resourceNumbers = new Numbers()
