import { host } from "../../host/host.ts"
import { copyByPipe, copyByPort, isPrimitive } from "../wire/copy-value.ts"
import type { RunMessage } from "../wire/messages.ts"
import { takeTransfers } from "../wire/transfer.ts"
import { refusal } from "../wire/uncloneable.ts"
import type { Parent } from "./parent.ts"

/** Seconds between two reports. */
const INTERVAL = 0.02

/**
 * How far a job is, as its caller hears of it: seldom enough that a job which reports in a
 * tight loop fills nobody's memory.
 *
 * Invariant: there is a timer exactly while a value waits to be told.
 */
export class JobProgress {
  readonly #parent: Parent
  readonly #id: number
  readonly #name: string
  readonly #wanted: boolean
  #told = -Infinity
  #latest: { readonly value: unknown } | null = null
  #timer: unknown = null

  constructor(parent: Parent, { id, name, progress }: RunMessage) {
    this.#parent = parent
    this.#id = id
    this.#name = name
    this.#wanted = progress
  }

  report(value: unknown): void {
    if (!this.#wanted) return
    const transfer = takeTransfers([value])
    try {
      // A copy at once: what the job changes later is told later, and what cannot be told is refused here.
      this.#latest = { value: isPrimitive(value) ? value : (this.#parent.canPoll ? copyByPort : copyByPipe)(value, transfer) }
    } catch (error) {
      throw refusal(`cannot report the progress of '${this.#name}'`, [value], error, "progress")
    }
    if (host.now() - this.#told >= INTERVAL) this.flush()
    else this.#timer ??= host.setTimer(INTERVAL, () => this.flush())
  }

  /** Tells what was not told yet; never throws. */
  flush(): void {
    if (this.#timer !== null) host.clearTimer(this.#timer)
    this.#timer = null
    const latest = this.#latest
    if (latest === null) return
    this.#latest = null
    this.#told = host.now()
    this.#parent.post({ kind: "progress", id: this.#id, value: latest.value })
  }
}
