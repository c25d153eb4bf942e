/**
 * Has the main thread say what it runs, also while it is blocked.
 *
 * The engine serves the inspector between two steps of whatever runs. The debugger stays off: one
 * that was on leaves each await slower. A session is open only while something is asked, so that
 * nobody has to wait for it when the process ends.
 */
import { Session } from "node:inspector"
import type { Seen } from "./blocked.ts"
import { CELL, type SharedCells } from "./shared-cells.ts"

const ANSWERS = `globalThis[Symbol.for("asyncio-ts.watchdog")]`

export class MainThread {
  readonly #cells: SharedCells
  #session: Session | undefined
  #open = 0

  constructor(cells: SharedCells) {
    this.#cells = cells
  }

  /** Has it look, as `Answers` says; what it has seen comes when the engine lets anybody look, if ever. */
  look(seen: (seen: Seen | undefined) => void): void {
    if (Atomics.load(this.#cells.ints, CELL.stop) === 1) return
    const session = this.#connect()
    this.#open += 1
    // A debugger that is about to stop the program must not stop it in here, where it could not be told to go on.
    const asked = { expression: `${ANSWERS}?.look()`, returnByValue: true, silent: true, disableBreaks: true }
    session.post("Runtime.evaluate", asked, (error: Error | null, reply?: { readonly result?: { readonly value?: unknown } }) => {
      this.#open -= 1
      if (this.#open === 0) this.close()
      // Only at the end of the process is there an error, or nobody who answers.
      const value = error === null ? reply?.result?.value : undefined
      seen(typeof value === "string" ? (JSON.parse(value) as Seen) : undefined) // what look() gives
    })
  }

  close(): void {
    const session = this.#session
    this.#session = undefined
    this.#open = 0
    session?.disconnect()
    Atomics.store(this.#cells.ints, CELL.connected, 0)
    Atomics.notify(this.#cells.ints, CELL.connected)
  }

  #connect(): Session {
    if (this.#session !== undefined) return this.#session
    Atomics.store(this.#cells.ints, CELL.connected, 1)
    const session = new Session()
    session.connectToMainThread()
    this.#session = session
    return session
  }
}
