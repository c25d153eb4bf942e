import { Session, type Profiler } from "node:inspector"
import type { Target } from "./target.ts"

let started: Session | undefined

/**
 * From here on the engine counts what runs, block by block in what it compiles from here on; so
 * this comes before the import of what is looked at.
 */
export function startCounting(): Session {
  if (started !== undefined) return started
  started = new Session()
  started.connect()
  post(started, "Profiler.enable")
  post(started, "Profiler.startPreciseCoverage", { callCount: true, detailed: true })
  return started
}

function post(session: Session, method: string, params: object = {}): unknown {
  let answer: unknown
  // Of a session in its own thread the answer comes at once.
  session.post(method, params, (error, result) => {
    if (error !== null) throw error
    answer = result
  })
  return answer
}

function placeOf(url: string, { startOffset, endOffset }: Profiler.CoverageRange): string {
  return `${url} ${startOffset} ${endOffset}`
}

/** The functions and blocks of a target's files that its inputs reach, as the engine counts them. */
export class Reached {
  readonly #session = startCounting()
  readonly #sources: readonly string[]
  readonly #seen = new Set<string>()
  readonly #functions = new Map<string, boolean>()

  constructor({ sources }: Target) {
    this.#sources = sources
  }

  /** What ran since the last look: the blocks of each function, of each file. */
  #look(): Map<string, Profiler.CoverageRange[][]> {
    const { result } = post(this.#session, "Profiler.takePreciseCoverage") as Profiler.TakePreciseCoverageReturnType // what it gives
    const found = new Map<string, Profiler.CoverageRange[][]>()
    for (const { url, functions } of result) {
      if (!this.#sources.some((source) => url.endsWith(source))) continue
      for (const { functionName, ranges } of functions) {
        const [whole] = ranges
        if (whole === undefined || functionName === "") continue
        const key = placeOf(url, whole)
        this.#functions.set(key, whole.count > 0 || this.#functions.get(key) === true)
      }
      found.set(url, functions.map(({ ranges }) => ranges))
    }
    return found
  }

  /** The places that ran since the last look, and in none before. */
  news(): Set<string> {
    const fresh = new Set<string>()
    for (const [url, functions] of this.#look()) {
      for (const range of functions.flat()) {
        const place = placeOf(url, range)
        if (range.count > 0 && !this.#seen.has(place)) fresh.add(place)
      }
    }
    for (const place of fresh) this.#seen.add(place)
    return fresh
  }

  /**
   * Those of `places` that ran since the last look. The engine leaves out a block that ran as often
   * as what is round it, so the innermost that it tells of counts.
   */
  among(places: ReadonlySet<string>): Set<string> {
    const looked = this.#look()
    return new Set([...places].filter((place) => {
      const [url = "", from, to] = place.split(" ")
      const round = (looked.get(url) ?? []).flat().filter(({ startOffset, endOffset }) => startOffset <= Number(from) && endOffset >= Number(to))
      const innermost = round.toSorted((a, b) => a.endOffset - a.startOffset - (b.endOffset - b.startOffset))[0]
      return innermost !== undefined && innermost.count > 0
    }))
  }

  /** How many named functions were reached, and of how many. */
  get functions(): readonly [reached: number, all: number] {
    return [[...this.#functions.values()].filter(Boolean).length, this.#functions.size]
  }

  get blocks(): number {
    return this.#seen.size
  }

  close(): void {
    if (started === this.#session) started = undefined
    this.#session.disconnect()
  }
}
