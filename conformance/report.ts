import type { Failure } from "./interpreter.ts"
import { showDifference } from "./difference.ts"
import type { Listener, Located } from "./runner.ts"

const SHOWN_IN_FULL = 3
const SHOWN_BY_NAME = 20
const PROGRESS_MS = 200

/** Where the report is written; a terminal also sees the progress. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
}

export class Report implements Listener {
  readonly #output: Output
  readonly #entry: string
  readonly #total: number | undefined
  readonly #started = performance.now()
  #running = 0
  #progressAt = this.#started
  #progressShown = false
  #passed = 0
  #failed = 0

  /** @param entry - what to add to the arguments that rerun a scenario */
  constructor(output: Output, entry: string, total?: number) {
    this.#output = output
    this.#entry = entry
    this.#total = total
  }

  get anyFailed(): boolean {
    return this.#failed > 0
  }

  passed(ms: number): void {
    this.#passed++
    this.#running += ms
    this.#progress()
  }

  failed(item: Located, failure: Failure, ms: number): void {
    this.#failed++
    this.#running += ms
    if (this.#failed <= SHOWN_IN_FULL) {
      this.line(`${describeFailure(item, failure)}\nrerun: npm run conformance -- ${item.rerun}${this.#entry}\n`)
    } else if (this.#failed <= SHOWN_IN_FULL + SHOWN_BY_NAME) {
      this.line(`FAILED ${item.scenario.id} (${item.place})`)
    }
    this.#progress()
  }

  line(text: string): void {
    this.clear()
    this.#output.write(`${text}\n`)
  }

  /** Takes the progress off the terminal. */
  clear(): void {
    if (this.#progressShown) this.#output.write("\r\u001b[K")
    this.#progressShown = false
  }

  end(): void {
    const unnamed = this.#failed - SHOWN_IN_FULL - SHOWN_BY_NAME
    if (unnamed > 0) this.line(`and ${unnamed} more`)
    const seconds = (performance.now() - this.#started) / 1000
    const scenarios = this.#done === 1 ? "scenario" : "scenarios"
    this.line(`${count(this.#done)} ${scenarios} run at ${this.#rate()} a second, ${seconds.toFixed(1)} s in all`)
    this.line(`${this.#passed} passed, ${this.#failed} failed`)
  }

  get #done(): number {
    return this.#passed + this.#failed
  }

  /** Scenarios a second, without the time in which they were read or made. */
  #rate(): string {
    return count(this.#running === 0 ? 0 : Math.round((this.#done * 1000) / this.#running))
  }

  #progress(): void {
    if (this.#output.isTTY !== true || performance.now() - this.#progressAt < PROGRESS_MS) return
    this.#progressAt = performance.now()
    this.#progressShown = true
    const of = this.#total === undefined ? "" : ` of ${count(this.#total)}`
    const failed = this.#failed === 0 ? "" : `, ${count(this.#failed)} failed`
    this.#output.write(`\r\u001b[K${count(this.#done)}${of}${failed}`)
  }
}

/** What went wrong in one scenario: its id and place, then both traces where they part. */
export function describeFailure({ scenario, place }: Located, { at, got, trouble }: Failure): string {
  const lines = [`FAILED ${scenario.id} (${place})`]
  if (at !== undefined) {
    lines.push(`event ${at + 1} of ${scenario.trace.length} differs:`, showDifference(scenario.trace, got, at))
  }
  if (trouble !== undefined) lines.push(showTrouble(trouble))
  return lines.join("\n")
}

function showTrouble(trouble: unknown): string {
  if (!(trouble instanceof Error)) return String(trouble)
  const cause = trouble.cause === undefined ? "" : `\ncaused by: ${showTrouble(trouble.cause)}`
  return `${trouble.stack ?? String(trouble)}${cause}`
}

function count(number: number): string {
  return number.toLocaleString("en")
}
