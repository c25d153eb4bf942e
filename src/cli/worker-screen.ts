import type { JobQueueStatistics } from "../executors/distributed/queue-statistics.ts"
import { lineOf, pictureOf, ratesOf } from "./worker-dashboard.ts"

const WIDTH = 80

/** The part of a terminal, or of a pipe, that is written to. */
export interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/**
 * Shows how a queue stands, again and again: drawn over in a terminal, else a line each time.
 *
 * Invariant: `#drawn` lines above the cursor are the picture.
 */
export class QueueScreen {
  readonly #output: Output
  readonly #json: boolean
  readonly #now: () => number
  #before: { readonly statistics: JobQueueStatistics; readonly at: number } | null = null
  #drawn = 0

  /** @param now - seconds of any clock */
  constructor(output: Output, json: boolean, now: () => number = () => performance.now() / 1000) {
    this.#output = output
    this.#json = json
    this.#now = now
  }

  show(statistics: JobQueueStatistics): void {
    const at = this.#now()
    const before = this.#before
    this.#before = { statistics, at }
    const look = { statistics, since: before === null ? undefined : at - before.at, before: before?.statistics }
    if (this.#json) {
      const { done, failed } = ratesOf(look)
      this.#line(JSON.stringify({ kind: "queue", ...statistics, donePerSecond: done, failedPerSecond: failed }, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value)))
    } else if (this.#output.isTTY === true) {
      const { columns = 0 } = this.#output
      // Some that call themselves terminals have no width.
      this.#draw(pictureOf(look, columns > 0 ? columns : WIDTH))
    } else {
      this.#line(lineOf(look))
    }
  }

  /** Writes a line that stays, above the picture. */
  tell(line: string): void {
    this.#output.write(this.#erased())
    this.#line(line)
  }

  #draw(lines: readonly string[]): void {
    this.#output.write(`${this.#erased()}${lines.join("\n")}\n`)
    this.#drawn = lines.length
  }

  #erased(): string {
    const drawn = this.#drawn
    this.#drawn = 0
    return drawn === 0 ? "" : `\u001b[${drawn}A\u001b[0J`
  }

  #line(line: string): void {
    this.#output.write(`${line}\n`)
  }
}
