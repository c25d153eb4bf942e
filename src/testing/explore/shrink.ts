/**
 * Makes the schedule of a failure smaller, as Hypothesis does with its choices.
 *
 * @see https://drmaciver.github.io/papers/reduction-via-generation-preview.pdf
 */
import { Schedule } from "./schedule.ts"

/** The choices that a run made, if it failed in the same way; and what it cost. */
export interface Attempt {
  readonly fails: boolean
  readonly choices: readonly number[]
  readonly steps: number
}

export interface Shrunk {
  readonly choices: readonly number[]
  readonly attempts: number
}

/** Steps that all attempts together may take: a run that never ends takes many. */
const MOST_STEPS = 1_000_000

/** Tries smaller schedules until none fails; the same ones each time. */
export async function shrink(found: readonly number[], most: number, attempt: (choices: readonly number[]) => Promise<Attempt>): Promise<Shrunk> {
  const search = new Search(new Schedule(found).choices, most, attempt)
  await search.run()
  return { choices: search.best, attempts: search.attempts }
}

class Search {
  best: readonly number[]
  attempts = 0
  #steps = 0
  readonly #most: number
  readonly #attempt: (choices: readonly number[]) => Promise<Attempt>
  readonly #tried = new Set<string>()

  constructor(best: readonly number[], most: number, attempt: (choices: readonly number[]) => Promise<Attempt>) {
    this.best = best
    this.#most = most
    this.#attempt = attempt
  }

  async run(): Promise<void> {
    for (let before: readonly number[] | undefined; before !== this.best && !this.#spent; ) {
      before = this.best
      await this.#cutEnd()
      await this.#zeroBlocks()
      await this.#takeOut()
      await this.#lower()
    }
  }

  get #spent(): boolean {
    return this.attempts >= this.#most || this.#steps >= MOST_STEPS
  }

  /** Tries one; keeps it if it fails too and is smaller. */
  async #try(choices: readonly number[]): Promise<boolean> {
    const wanted = new Schedule(choices)
    const key = wanted.toString()
    if (this.#spent || this.#tried.has(key)) return false
    this.#tried.add(key)
    this.attempts += 1
    const { fails, choices: made, steps } = await this.#attempt(wanted.choices)
    this.#steps += steps
    // What it did not follow was 0, so what it made is what there is to keep.
    const kept = new Schedule(made).choices
    if (!fails || !isSmaller(kept, this.best)) return false
    this.best = kept
    return true
  }

  async #cutEnd(): Promise<void> {
    let low = 0
    let high = this.best.length
    while (low < high && !this.#spent) {
      const middle = (low + high) >> 1
      if (await this.#try(this.best.slice(0, middle))) high = Math.min(middle, this.best.length)
      else low = middle + 1
    }
  }

  async #zeroBlocks(): Promise<void> {
    for (let size = nonZeros(this.best).length; size >= 1; size >>= 1) {
      for (let from = 0; from < nonZeros(this.best).length && !this.#spent; ) {
        const zeroed = new Set(nonZeros(this.best).slice(from, from + size))
        if (!(await this.#try(this.best.map((value, at) => (zeroed.has(at) ? 0 : value))))) from += size
      }
    }
  }

  /** Takes choices out, so that those behind them come earlier. */
  async #takeOut(): Promise<void> {
    for (let size = 8; size >= 1; size >>= 1) {
      for (let at = this.best.length - size; at >= 0 && !this.#spent; at -= size) {
        await this.#try([...this.best.slice(0, at), ...this.best.slice(at + size)])
      }
    }
  }

  async #lower(): Promise<void> {
    for (const at of nonZeros(this.best)) {
      for (let value = this.best[at] ?? 0; value > 1 && !this.#spent; value = this.best[at] ?? 0) {
        const lower = (to: number): Promise<boolean> => this.#try(this.best.map((old, i) => (i === at ? to : old)))
        if (!(await lower(1)) && !(await lower(value >> 1)) && !(await lower(value - 1))) break
      }
    }
  }
}

function nonZeros(choices: readonly number[]): number[] {
  return choices.flatMap((value, at) => (value === 0 ? [] : [at]))
}

/** Fewer choices that differ, then fewer in all, then lower ones, the first first. */
function isSmaller(a: readonly number[], b: readonly number[]): boolean {
  const differing = nonZeros(a).length - nonZeros(b).length
  if (differing !== 0) return differing < 0
  if (a.length !== b.length) return a.length < b.length
  const at = a.findIndex((value, i) => value !== b[i])
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0)
}
