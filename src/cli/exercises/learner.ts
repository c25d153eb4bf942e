/**
 * The module that a learner has written.
 */

/** What is wrong with the work before it can be judged; the message is one sentence. */
export class WorkError extends Error {
  override readonly name = "WorkError"
}

type Exports = Readonly<Record<string, unknown>>

export class Learner {
  readonly #exports: Exports
  readonly #file: string

  constructor(exports: Exports, file: string) {
    this.#exports = exports
    this.#file = file
  }

  /** What the function that is exported as `name` gives. @throws WorkError if there is none */
  call(name: string, ...args: readonly unknown[]): unknown {
    const found = this.#exports[name]
    if (typeof found === "function") return (found as (...given: readonly unknown[]) => unknown)(...args) // what is a function takes arguments
    const names = Object.keys(this.#exports)
    const has = names.length === 0 ? "exports nothing" : `exports ${names.join(", ")}`
    if (found !== undefined) throw new WorkError(`${this.#file} exports ${name}, but that is no function: write export async function ${name}(…)`)
    throw new WorkError(`${this.#file} exports no function ${name} (it ${has}): write export async function ${name}(…)`)
  }
}
