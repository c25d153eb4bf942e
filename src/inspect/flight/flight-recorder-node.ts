/**
 * A recorder that stays on, and writes down what it has when something goes wrong.
 */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { constants, PerformanceObserver, type PerformanceEntry } from "node:perf_hooks"

import { checkInteger, describe } from "../../structures/arguments.ts"
import { Recorder, type RecorderOptions } from "../recorder.ts"
import { writeColumns } from "./recording-file-node.ts"

/** Why a recording is written down. */
export type DumpReason = "asked" | "signal" | "failure" | "deadlock" | "latency"

/** What a flight recorder keeps, and when it writes it down. */
export interface FlightRecorderOptions extends RecorderOptions {
  /** Where files go; it is made if it is missing. The current folder by default. */
  readonly folder?: string
  /**
   * The signal at which to write a file: `SIGUSR2` by default, null for none. It no longer ends the
   * program then: take another where somebody ends it by that one, as nodemon does.
   */
  readonly signal?: NodeJS.Signals | null
  /** Whether to write one when an exception reaches nobody: a loop's exception handler, or the process. */
  readonly onFailure?: boolean
  /** Whether to write one when a task ends with a `DeadlockError`. */
  readonly onDeadlock?: boolean
  /** Seconds that a loop may be busy with one step; when one takes longer, a file is written. By default none is. */
  readonly budget?: number
  /** How many files there may be in the folder; the oldest are removed. 10 by default. */
  readonly files?: number
  /** Least seconds between two files for the same reason, unless asked for. 10 by default. */
  readonly interval?: number
  /** Is told of each file; by default a line on standard error says where it is, unless it was asked for. */
  readonly onWritten?: (file: string, reason: DumpReason) => void
  /** What records; by default a new one is started. */
  readonly recorder?: Recorder
}

const FILES = 10
const INTERVAL = 10
const OURS = /^asyncio-ts-\d+-[a-z]+-\d+\.rec$/
/** Collections shorter than this are not told: there are hundreds in a second. */
const SHORT_MS = 1
const { NODE_PERFORMANCE_GC_INCREMENTAL, NODE_PERFORMANCE_GC_MAJOR, NODE_PERFORMANCE_GC_MINOR, NODE_PERFORMANCE_GC_WEAKCB } = constants
const COLLECTIONS = new Map([
  [NODE_PERFORMANCE_GC_MINOR, "young objects"],
  [NODE_PERFORMANCE_GC_MAJOR, "all objects"],
  [NODE_PERFORMANCE_GC_INCREMENTAL, "a part of all objects"],
  [NODE_PERFORMANCE_GC_WEAKCB, "weak references"],
])

/**
 * Starts a recorder that may stay on, and writes a file when it is asked to, at a signal, and when
 * something goes wrong. It changes nothing of what the program does but on that signal.
 *
 * @throws TypeError or RangeError for an option that cannot be.
 *
 * @example
 * ```ts
 * import { readFileSync } from "node:fs"
 * import { tmpdir } from "node:os"
 * import * as asyncio from "asyncio-ts"
 * import { readRecording, startFlightRecorder } from "asyncio-ts/inspect"
 *
 * const flight = startFlightRecorder({ folder: tmpdir() })
 * await asyncio.run(() => asyncio.sleep(0.01), { name: "nap" })
 * const file = flight.dump()
 * flight.stop()
 *
 * console.log(readRecording(readFileSync(file)).tasks[0]?.name) // -> nap
 * ```
 */
export function startFlightRecorder(options: FlightRecorderOptions = {}): FlightRecorder {
  return new FlightRecorder(options)
}

/**
 * Writes recordings to files; made by `startFlightRecorder`.
 *
 * Invariant: a file has its name only once it is whole.
 */
export class FlightRecorder {
  readonly recorder: Recorder
  readonly #folder: string
  readonly #files: number
  readonly #interval: number
  readonly #told: (file: string, reason: DumpReason) => void
  readonly #last = new Map<DumpReason, number>()
  readonly #leave: (() => void)[] = []
  #count = 0
  #waiting = false

  /** @see startFlightRecorder */
  constructor(options: FlightRecorderOptions) {
    const { folder = ".", signal = "SIGUSR2", onFailure = true, onDeadlock = true, budget = Infinity, files = FILES, interval = INTERVAL } = options
    checkInteger(files, "the number of files of a flight recorder", 1)
    if (typeof budget !== "number" || !(budget > 0)) throw new RangeError(`the budget of a flight recorder is a number of seconds above 0, not ${describe(budget)}`)
    if (typeof interval !== "number" || !(interval >= 0)) throw new RangeError(`the interval of a flight recorder is a number of seconds, not ${describe(interval)}`)
    this.#folder = resolve(folder)
    this.#files = files
    this.#interval = interval
    this.#told = options.onWritten ?? tellWhere
    const { recorder = new Recorder({ exact: false, ...options }) } = options
    this.recorder = recorder.start()
    this.#leave.push(watchCollections(recorder))
    if (signal !== null) this.#listen(signal, () => this.#attempt("signal"))
    // Told before anybody else, and changing nothing.
    if (onFailure) this.#listen("uncaughtExceptionMonitor", () => this.#attempt("failure"))
    recorder.alarm(
      {
        ...(onFailure && { failed: () => this.#soon("failure") }),
        ...(onDeadlock && { deadlocked: () => this.#soon("deadlock") }),
        late: () => this.#soon("latency"),
      },
      budget,
    )
    this.#leave.push(() => recorder.alarm(null))
  }

  /**
   * Writes down what was recorded so far; gives the file.
   *
   * @param path - the file; by default one in the folder, named after the process and the reason
   * @throws Error of the file system if it cannot be written.
   */
  dump(path?: string): string {
    return this.#write("asked", path)
  }

  /** Stops recording and listening; what was recorded can still be dumped. */
  stop(): void {
    for (const leave of this.#leave.splice(0)) leave()
    this.recorder.stop()
  }

  #listen(event: string, listener: () => void): void {
    process.on(event, listener)
    this.#leave.push(() => void process.off(event, listener))
  }

  /** Once the program is at rest: an alarm comes in the midst of its work. */
  #soon(reason: DumpReason): void {
    if (this.#waiting || this.#tooSoon(reason)) return
    this.#waiting = true
    setImmediate(() => {
      this.#waiting = false
      this.#attempt(reason)
    })
  }

  #tooSoon(reason: DumpReason): boolean {
    return performance.now() / 1000 - (this.#last.get(reason) ?? -Infinity) < this.#interval
  }

  /** Whatever goes wrong with the file is no matter of the program's. */
  #attempt(reason: DumpReason): void {
    if (reason !== "signal" && this.#tooSoon(reason)) return
    try {
      this.#told(this.#write(reason), reason)
    } catch (error) {
      console.error(`asyncio-ts: the recording could not be written: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  #write(reason: DumpReason, path?: string): string {
    this.#last.set(reason, performance.now() / 1000)
    this.#count += 1
    const file = path === undefined ? join(this.#folder, `asyncio-ts-${process.pid}-${reason}-${this.#count}.rec`) : resolve(path)
    const bytes = writeColumns(this.recorder.columns(reason))
    if (path === undefined) mkdirSync(this.#folder, { recursive: true })
    const unfinished = `${file}.${process.pid}.part`
    try {
      // For nobody else to read, since it tells what the program does; and not through a link that
      // somebody has put there, where all may write.
      rmSync(unfinished, { force: true })
      writeFileSync(unfinished, bytes, { mode: 0o600, flag: "wx" })
      renameSync(unfinished, file)
    } catch (error) {
      rmSync(unfinished, { force: true })
      throw error
    }
    if (path === undefined) this.#removeOldest()
    return file
  }

  #removeOldest(): void {
    const files = readdirSync(this.#folder)
      .filter((name) => OURS.test(name))
      .flatMap((name) => {
        const stat = statSync(join(this.#folder, name), { throwIfNoEntry: false })
        return stat === undefined ? [] : [{ name, written: stat.mtimeMs, count: Number(/(\d+)\.rec$/.exec(name)?.[1]) }]
      })
      .sort((a, b) => b.written - a.written || b.count - a.count)
    for (const { name } of files.slice(this.#files)) rmSync(join(this.#folder, name), { force: true })
  }
}

/** Tells a recorder of collections of garbage that could be felt. */
function watchCollections(recorder: Recorder): () => void {
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { startTime, duration } = entry
      if (duration < SHORT_MS) continue
      const { detail } = entry as PerformanceEntry & { detail?: { kind: number } } // what entries of this type have
      const what = COLLECTIONS.get(detail?.kind ?? 0)
      recorder.addPause({ kind: "collection", from: startTime / 1000, to: (startTime + duration) / 1000, ...(what === undefined ? {} : { what }) })
    }
  })
  observer.observe({ entryTypes: ["gc"] })
  return () => observer.disconnect()
}

function tellWhere(file: string, reason: DumpReason): void {
  console.error(`asyncio-ts: the recording is in ${file} (${reason})`)
}
