import { host } from "../../host/host.ts"
import { atRoot } from "../../host/node.ts"

const { setTimeout, clearTimeout } = globalThis

/**
 * A time limit that is set and lifted very often, and hardly ever reached. Lifting it leaves
 * the host's timer alone, which looks at what is due when it fires: setting and clearing one
 * for each request takes longer than the rest of the pool.
 *
 * Its timer keeps no process alive; what it watches does.
 */
export class Alarm {
  #timer: NodeJS.Timeout | null = null
  /** When the host's timer fires. */
  #fires = Infinity
  #due = Infinity
  #callback: (() => void) | null = null

  set(seconds: number, callback: () => void): void {
    this.#due = host.now() + seconds
    this.#callback = callback
    if (this.#due < this.#fires) this.#arm(seconds)
  }

  lift(): void {
    this.#callback = null
  }

  /** It is set no more. */
  stop(): void {
    this.#callback = null
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#fires = Infinity
  }

  #arm(seconds: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#fires = this.#due
    this.#timer = atRoot(() => setTimeout(this.#look, Math.min(Math.ceil(seconds * 1000), 2 ** 31 - 1))).unref()
  }

  readonly #look = (): void => {
    this.#timer = null
    this.#fires = Infinity
    const callback = this.#callback
    if (callback === null) return
    const left = this.#due - host.now()
    // The host counts in milliseconds and may be early by one.
    if (left > 0.001) {
      this.#arm(left)
      return
    }
    this.#callback = null
    callback()
  }
}
