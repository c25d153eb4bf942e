/** One run of a program in a worker of its own. */
import { isFromWorker } from "./is-from-worker.ts"
import type { ClockKind, FromWorker, Order, ToWorker } from "./messages.ts"

/** Seconds that a program has to end after Stop, before its worker is ended under it. */
const GRACE = 3

export interface RunEvents {
  told(message: Exclude<FromWorker, { kind: "ended" }>): void
  /** `killed` where the program would not end by itself. */
  ended(how: "ended" | "killed"): void
}

export class Run {
  readonly #worker: Worker
  readonly #events: RunEvents
  #open = true
  #timer = 0

  constructor(program: { code: string; source: string; file: string; clock: ClockKind }, events: RunEvents) {
    this.#events = events
    this.#worker = new Worker("lib/worker.js", { type: "module" })
    this.#worker.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      if (!this.#open || !isFromWorker(data)) return
      if (data.kind === "ended") this.#end("ended")
      else events.told(data)
    })
    this.#worker.addEventListener("error", (event) => {
      if (!this.#open) return
      events.told({ kind: "failed", text: event.message === "" ? "The worker could not be started." : event.message })
      this.#end("ended")
    })
    this.#send({ kind: "run", ...program } satisfies Order)
  }

  get open(): boolean {
    return this.#open
  }

  /**
   * Asks the main task to end, as Ctrl-C does. A program that computes without end hears nothing, and
   * is ended: after a while, or at the second call.
   */
  stop(): void {
    if (!this.#open) return
    if (this.#timer !== 0) return this.#end("killed")
    this.#send({ kind: "stop" })
    this.#timer = setTimeout(() => this.#end("killed"), GRACE * 1000)
  }

  /** Ends it without a word, for another program to begin. */
  drop(): void {
    this.#open = false
    clearTimeout(this.#timer)
    this.#worker.terminate()
  }

  #end(how: "ended" | "killed"): void {
    if (!this.#open) return
    this.drop()
    this.#events.ended(how)
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message)
  }
}
