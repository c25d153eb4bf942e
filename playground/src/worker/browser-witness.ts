/** What a browser's worker tells of a program that is checked. */
import type { Warned } from "../../../src/cli/exercises/evidence.ts"
import type { Witness } from "../../../src/cli/exercises/witness.ts"
import { consoleText } from "./console-text.ts"

const { setTimeout } = globalThis
/** So many letters of a line. */
const LONGEST = 10_000

export class BrowserWitness implements Witness {
  readonly #shown: (error: Error) => string
  readonly #isProgram: (stack: string) => boolean
  #warned: ((warning: Warned) => void) | undefined

  /**
   * @param shown - an error as the console writes it
   * @param isProgram - whether a line of a stack is of the learner's
   */
  constructor(shown: (error: Error) => string, isProgram: (line: string) => boolean) {
    this.#shown = shown
    this.#isProgram = isProgram
  }

  text(given: readonly unknown[]): string {
    return consoleText(given, this.#shown).slice(0, LONGEST)
  }

  /** For the host, which has the library's warnings. */
  warn(warning: Warned): void {
    this.#warned?.(warning)
  }

  watchWarnings(warned: (warning: Warned) => void): () => Promise<void> {
    this.#warned = warned
    return async () => {
      await new Promise((resolve) => setTimeout(resolve, 0))
      this.#warned = undefined
    }
  }

  /** Of what blocks a worker has `Atomics.wait` alone, but for requests that a page should never make. */
  watchBlockingCalls(seen: (name: string) => void): () => void {
    const { wait } = Atomics
    const isProgram = this.#isProgram
    const watched = function (this: unknown, ...given: Parameters<typeof wait>): unknown {
      if (isProgram((new Error("whose call").stack ?? "").split("\n")[2] ?? "")) seen("Atomics.wait")
      return Reflect.apply(wait, this, given)
    }
    Object.assign(Atomics, { wait: watched })
    return () => void Object.assign(Atomics, { wait })
  }
}
