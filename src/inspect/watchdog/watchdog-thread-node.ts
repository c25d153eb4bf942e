/**
 * What the watchdog's thread runs.
 *
 * It writes its reports itself: the main thread, through which a thread's output goes, is blocked.
 */
import { openSync, writeSync } from "node:fs"
import { parentPort, workerData, type MessagePort } from "node:worker_threads"
import { blockedText, describe, type Blocked, type Seen, type Sight } from "./blocked.ts"
import type { CallPlace } from "./call-marks-node.ts"
import { Judge, type Sample, type Verdict } from "./judge.ts"
import { MainThread } from "./look-at-main-node.ts"
import { CELL, SharedCells, TIME } from "./shared-cells.ts"
import { mainThreadState } from "./thread-state-node.ts"

/** What the thread is started with. */
export interface WatchdogStart {
  readonly buffer: SharedArrayBuffer
  /** Milliseconds. */
  readonly threshold: number
  /** The main thread's clock, in milliseconds, less this process's monotonic clock. */
  readonly clock: number
  /** The folders of this library's own files, as paths. */
  readonly home: readonly string[]
  /** The names of the calls in the table. */
  readonly calls: readonly string[]
  /** A file descriptor, a file to append to, or nobody. */
  readonly report: 2 | string | undefined
}

/** What it tells the main thread. */
export type WatchdogMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "blocked" | "over"; readonly blocked: Blocked }

/** Milliseconds for an answer, before it is told that there is none. */
const PATIENCE = 50
/** The same where there is an answer from before the threshold. */
const HASTE = 5
/** Milliseconds between two samples of a thread that is blocked; until that is told, half of them. */
const WATCHING = 10
/** Turns that are to be told after a sample; they are a tenth of the threshold apart, and samples at most half of it. */
const BEATS = 10
/** Values that may be looked at in a millisecond: each takes some 0.1 µs. */
const GLANCES = 60
/** Milliseconds for which they may be saved up. */
const SAVED = 1000

/** A stretch that was reported, or is about to be. */
interface Stretch {
  readonly id: number
  readonly since: number
  sight: Sight | undefined
  exact: boolean
  told: boolean
  /** When it was found. */
  readonly found: Sample
  /** A debugger has stopped the thread: nobody's fault. */
  paused: boolean
}

class Watch {
  readonly #start: WatchdogStart
  readonly #port: MessagePort
  readonly #cells: SharedCells
  readonly #main: MainThread
  readonly #judge: Judge
  readonly #state = mainThreadState()
  readonly #output: number | undefined
  readonly #decoder = new TextDecoder()
  #stretch: Stretch | undefined
  #count = 0
  /** A look was asked for that has not been answered yet. */
  #asking = false
  /** The last answer to a suspicion. */
  #early: Seen | undefined
  #last: Sample

  constructor(start: WatchdogStart, port: MessagePort) {
    this.#start = start
    this.#port = port
    this.#cells = new SharedCells(start.buffer)
    this.#main = new MainThread(this.#cells)
    this.#judge = new Judge(start.threshold)
    this.#output = typeof start.report === "string" ? openSync(start.report, "a") : start.report
    this.#last = this.#sample()
    this.#look()
    port.postMessage({ kind: "ready" } satisfies WatchdogMessage)
  }

  readonly #look = (): void => {
    if (Atomics.load(this.#cells.ints, CELL.stop) === 1) return this.#end()
    const sample = this.#sample()
    const verdict = this.#judge.see(sample)
    this.#allow(sample)
    if (this.#stretch !== undefined) this.#watch(this.#stretch, sample, verdict)
    else if (verdict.kind === "blocked") this.#begin(sample, verdict.since)
    else if (verdict.kind === "suspected" && sample.state !== "waiting" && this.#earlyIn(verdict.since) === undefined) this.#ask()
    this.#last = sample
    setTimeout(this.#look, this.#stretch === undefined ? this.#judge.pause(this.#now()) : this.#stretch.told ? WATCHING : WATCHING / 2)
  }

  /** What the main thread may do until the next sample. */
  #allow(sample: Sample): void {
    const { ints } = this.#cells
    const { now, state, busy, telling } = sample
    const passed = now - this.#last.now
    const computes = state === "running" || (state === "unknown" && busy - this.#last.busy > passed / 2)
    // A loop that is busy and turns goes on telling, so that it is not asked again and again; one that rests is left alone.
    if (telling !== undefined && computes) Atomics.store(ints, CELL.wanted, BEATS)
    else if (state === "resting" || (state === "unknown" && !computes)) Atomics.store(ints, CELL.wanted, 0)
    Atomics.store(ints, CELL.glances, Math.ceil(Math.min(SAVED, passed + 1) * GLANCES))
  }

  #now(): number {
    return Number(process.hrtime.bigint() / 1000n) / 1000 + this.#start.clock
  }

  #sample(): Sample {
    const { ints, times } = this.#cells
    const state = this.#state()
    const called = Atomics.load(ints, CELL.call) > 0 ? times[TIME.called] : undefined
    const telling = times[TIME.telling] ?? 0
    return {
      now: this.#now(),
      ...state,
      turned: times[TIME.turned] ?? 0,
      ...(telling === 0 ? {} : { telling }),
      ...(called === undefined ? {} : { called }),
    }
  }

  /** Has the main thread say what it runs; what it says before the threshold is over may be all that it says. */
  #ask(): void {
    if (this.#asking) return
    Atomics.store(this.#cells.ints, CELL.wanted, BEATS)
    this.#asking = true
    this.#main.look((seen) => {
      this.#asking = false
      if (seen === undefined) return
      if (this.#stretch !== undefined && seen.at >= this.#stretch.since) return this.#seen(this.#stretch, seen)
      this.#early = seen
      // It is of what was before the stretch.
      if (this.#stretch !== undefined) this.#ask()
    })
  }

  /** What it said since then. */
  #earlyIn(since: number): Seen | undefined {
    return this.#early !== undefined && this.#early.at >= since ? this.#early : undefined
  }

  #begin(sample: Sample, since: number): void {
    this.#count += 1
    // While such a call runs nobody can look, and what it wrote down is all there is.
    const sight = this.#marked()
    const stretch: Stretch = { id: this.#count, since, sight, exact: true, told: false, found: sample, paused: false }
    this.#stretch = stretch
    if (hasPlace(sight)) this.#tell(stretch, "blocked", sample.now)
    this.#ask()
  }

  /** The answer to a look. */
  #seen(stretch: Stretch, seen: Seen): void {
    if (stretch.exact && hasPlace(stretch.sight)) return
    const sample = this.#sample()
    const over = sample.turned > stretch.since
    // Where the loop has turned in between, this is of something else.
    if (over && (!stretch.told || seen.at > sample.turned)) return stretch.told ? undefined : this.#drop(stretch)
    if (seen.frames.length === 0) return stretch.told ? undefined : this.#drop(stretch)
    // It waits and answers: that is what a thread does whose debugger has stopped it.
    if (stretch.found.state === "waiting" && sample.state === "waiting" && sample.called === undefined) stretch.paused = true
    const before = this.#lineOf(stretch)
    stretch.sight = { ...seen, ...(stretch.sight?.call === undefined ? {} : { call: stretch.sight.call }) }
    stretch.exact = sample.now - stretch.found.now < PATIENCE
    // Told already, without a place or with another one: once more with it.
    if (!stretch.paused && !over && !(stretch.told && before === this.#lineOf(stretch))) this.#tell(stretch, "blocked", sample.now)
  }

  #watch(stretch: Stretch, sample: Sample, verdict: Verdict): void {
    const turned = sample.turned > stretch.since
    // A thread that rests, and of which no call was written down, has ended its block without telling.
    const over = turned || (sample.state === "resting" && sample.called === undefined) || (sample.state === "unknown" && verdict.kind === "free")
    const early = this.#earlyIn(stretch.since)
    if (over) {
      this.#stretch = undefined
      if (stretch.told) this.#tell(stretch, "over", turned ? sample.turned : sample.now)
    } else if (!stretch.told && !stretch.paused && sample.now - stretch.found.now > (early === undefined ? PATIENCE : HASTE)) {
      const marked = stretch.sight ?? this.#marked()
      stretch.sight = early === undefined ? marked : { ...early, ...(marked?.call === undefined ? {} : { call: marked.call }) }
      stretch.exact = false
      this.#tell(stretch, "blocked", sample.now)
    }
  }

  #drop(stretch: Stretch): void {
    if (this.#stretch === stretch) this.#stretch = undefined
  }

  /** What the call that runs has written down. */
  #marked(): Sight | undefined {
    const { ints, text } = this.#cells
    const call = this.#start.calls[Atomics.load(ints, CELL.call) - 1]
    if (call === undefined) return undefined
    const length = Atomics.load(ints, CELL.length)
    if (length === 0) return { call, frames: [] }
    // Only what is not shared can be decoded.
    const place = JSON.parse(this.#decoder.decode(text.slice(0, length))) as CallPlace // what CallMarks wrote
    return { call, ...place }
  }

  #tell(stretch: Stretch, kind: "blocked" | "over", until: number): void {
    stretch.told = true
    Atomics.store(this.#cells.ints, CELL.open, kind === "blocked" ? 1 : 0)
    const { id, since } = stretch
    const seconds = (until - since) / 1000
    const blocked: Blocked = { id, seconds, from: since / 1000, ...this.#describe(stretch) }
    if (this.#output === 2) this.#write(`asyncio-ts: ${blockedText(blocked, kind === "over")}\n`)
    else this.#write(`${JSON.stringify({ kind, ...blocked })}\n`)
    this.#port.postMessage({ kind, blocked } satisfies WatchdogMessage)
  }

  #describe({ sight, exact }: Stretch): ReturnType<typeof describe> {
    return describe(sight, exact, this.#start.home, this.#start.calls)
  }

  /** The line, to be compared. */
  #lineOf(stretch: Stretch): string {
    const { place } = this.#describe(stretch)
    return place === undefined ? "" : `${place.file}:${place.line}`
  }

  #write(line: string): void {
    if (this.#output === undefined) return
    try {
      writeSync(this.#output, line)
    } catch {
      // Nobody reads it, or its disk is full: the program is not to suffer from that.
    }
  }

  #end(): void {
    // The program ends in the midst of it.
    if (this.#stretch?.told === true) this.#tell(this.#stretch, "over", this.#now())
    Atomics.notify(this.#cells.ints, CELL.open)
    this.#main.close()
    this.#port.close()
  }
}

function hasPlace(sight: Sight | undefined): boolean {
  return sight !== undefined && sight.frames.length > 0
}

new Watch(workerData as WatchdogStart, parentPort as MessagePort) // what watchdog-node.ts starts it with
