/** Timers of the program that have not fired: it has not ended before. */

export class OpenTimers {
  readonly #open = new Set<unknown>()

  get count(): number {
    return this.#open.size
  }

  /** Puts functions that count in the place of the global ones; the library has taken its own before. */
  watch(scope: Pick<typeof globalThis, "setTimeout" | "setInterval" | "clearTimeout" | "clearInterval">): void {
    const { setTimeout, setInterval, clearTimeout, clearInterval } = scope
    const timeout = (callback: (...given: unknown[]) => void, delay?: number, ...given: unknown[]): unknown => {
      const token: unknown = setTimeout(() => {
        this.#open.delete(token)
        callback(...given)
      }, delay)
      this.#open.add(token)
      return token
    }
    const interval = (callback: (...given: unknown[]) => void, delay?: number, ...given: unknown[]): unknown => {
      const token: unknown = setInterval(() => callback(...given), delay)
      this.#open.add(token)
      return token
    }
    const clear = (token: unknown): void => {
      this.#open.delete(token)
      clearTimeout(token as number) // what one of the two above gave, or a mistake that the browser ignores
      clearInterval(token as number)
    }
    Object.assign(scope, { setTimeout: timeout, setInterval: interval, clearTimeout: clear, clearInterval: clear })
  }
}
