/** Says how far a proof is, and about how long it will take: often over the line before, or seldom in lines of their own. */

/** Milliseconds between two lines that are written over each other. */
const OFTEN = 200
/** Before the first line that stays; each takes twice as long to come as the one before. */
const SELDOM = 30_000
/** Milliseconds of work that tell nothing yet of how long the rest takes. */
const TOO_SHORT = 2000

export class Progress {
  /** What it has been told of last. */
  done = 0
  readonly #size: number
  readonly #print: (line: string) => void
  readonly #overwrite: ((line: string) => void) | undefined
  readonly #now: () => number
  readonly #begun: number
  #next: number
  #wait: number
  #written = false

  constructor(size: number, print: (line: string) => void, overwrite?: (line: string) => void, now: () => number = () => performance.now()) {
    this.#size = size
    this.#print = print
    this.#overwrite = overwrite
    this.#now = now
    this.#begun = now()
    this.#wait = overwrite === undefined ? SELDOM : OFTEN
    this.#next = this.#begun + this.#wait
  }

  tell(done: number, of = this.#size): void {
    this.done = done
    const now = this.#now()
    if (now < this.#next) return
    const line = `  ${done.toLocaleString("en")} of ${of.toLocaleString("en")}${this.#rest(now, done, of)}`
    if (this.#overwrite === undefined) {
      this.#wait *= 2
      this.#print(line)
    } else {
      this.#written = true
      this.#overwrite(line)
    }
    this.#next = now + this.#wait
  }

  /** Nothing of it stands on the terminal any more. */
  clear(): void {
    if (this.#written) this.#overwrite?.("")
    this.#written = false
  }

  #rest(now: number, done: number, of: number): string {
    const took = now - this.#begun
    if (took < TOO_SHORT || done <= 0 || done >= of) return ""
    return `, about ${span((took / done) * (of - done))} left`
  }
}

/** So many milliseconds, roughly. */
function span(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000))
  if (seconds < 100) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 100 ? `${minutes} min` : `${Math.round(minutes / 60)} h`
}
