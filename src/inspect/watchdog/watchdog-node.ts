/**
 * Says what blocks the event loop, while it blocks it.
 */
import { isMainThread, Worker } from "node:worker_threads"
import { RuntimeError } from "../../errors/misuse.ts"
import { workerFile } from "../../executors/pool/worker-file.ts"
import type { RecordedPause } from "../recording.ts"
import type { Blocked } from "./blocked.ts"
import { MainSide } from "./main-side-node.ts"
import { CELL, SharedCells } from "./shared-cells.ts"
import { SLOW_CALLS } from "./slow-calls-node.ts"
import type { WatchdogMessage, WatchdogStart } from "./watchdog-thread-node.ts"

/** What a watchdog takes for blocked, and whom it tells. */
export interface WatchdogOptions {
  /** Seconds that code may run before it is reported; 0.1 unless given, at least 0.01. */
  readonly threshold?: number
  /**
   * Where the watchdog's thread writes what it finds, while the loop is blocked and when it is over:
   * `true`, as it is unless given, to standard error in sentences; a file, as JSON, a line for each;
   * or `false`.
   */
  readonly report?: boolean | string
  /**
   * Called for each stretch that is found, once the loop goes on: while it is blocked nothing of the
   * program runs. Twice for one whose line was known only later.
   */
  readonly onBlocked?: (blocked: Blocked) => void
  /** Called when such a stretch is over, with its length. */
  readonly onOver?: (blocked: Blocked) => void
  /** What the stretches are told to as well, such as a `Recorder`: the timeline then shows them. */
  readonly recorder?: { addPause(pause: RecordedPause): void }
  /**
   * Whether calls that are known to block in native code, such as `fs.readFileSync`, are replaced by
   * ones that write down where they are called; without it their line is known only afterwards. True
   * unless given.
   */
  readonly calls?: boolean
}

const THRESHOLD = 0.1
const SHORTEST = 0.01
/** Milliseconds between two turns that are told, for each second of the threshold. */
const BEAT = 100
/** Stretches that are kept. */
const KEPT = 1000
/** Milliseconds that the end of the process waits for the thread to say what is left to say, and to leave the inspector. */
const LEAVE = 100
/** What of this library's files a file of it is in. */
const HOME = /^(.*\/)(src|dist)\/(?:inspect\/watchdog|node)\/[^/]+$/

let running: Watchdog | undefined

/** A running watchdog; `stop` it, or dispose of it. */
export class Watchdog implements Disposable {
  readonly #cells = new SharedCells()
  readonly #main: MainSide
  readonly #worker: Worker
  readonly #options: WatchdogOptions
  readonly #pauses: RecordedPause[] = []
  readonly #ready: Promise<void>
  #watching = false
  #stopped = false

  /** @internal */
  constructor(options: WatchdogOptions) {
    const { threshold = THRESHOLD, report = true, calls = true } = options
    this.#options = options
    const file = workerFile("watchdog-thread-node")
    this.#main = new MainSide(this.#cells, calls, Math.max(1, threshold * BEAT))
    const [, root = "/"] = HOME.exec(file.pathname) ?? []
    const folders = [`${root}src/`, `${root}dist/`]
    const start: WatchdogStart = {
      buffer: this.#cells.buffer,
      threshold: threshold * 1000,
      clock: performance.now() - Number(process.hrtime.bigint() / 1000n) / 1000,
      home: [...new Set([...folders, ...folders.map(decodeURI)])],
      calls: SLOW_CALLS.map(({ name }) => name),
      report: report === true ? 2 : report === false ? undefined : report,
    }
    // Without the options of the program: what it loads first is no business of this thread.
    const worker = new Worker(file, { name: "asyncio-ts watchdog", workerData: start, execArgv: [], stdin: false })
    this.#worker = worker
    this.#ready = new Promise((resolve) => {
      const watches = (): void => {
        this.#watching = true
        worker.unref()
        resolve()
      }
      worker.on("message", (message: WatchdogMessage) => {
        if (message.kind === "ready") watches()
        else this.#found(message)
      })
      worker.on("exit", watches)
    })
    worker.on("error", (error: unknown) => {
      process.emitWarning(`the watchdog has failed and watches no longer: ${String(error)}`, { type: "AsyncioWarning", code: "ASYNCIO_WATCHDOG" })
      this.stop()
    })
    // Last, since who listens to its messages holds it.
    worker.unref()
    process.on("exit", this.#leave)
  }

  /** Settled once the thread watches, some 50 ms after the start; whoever asks keeps the process alive until then. */
  get ready(): Promise<void> {
    if (!this.#watching) this.#worker.ref()
    return this.#ready
  }

  /** The stretches that are over, the latest 1,000, as a recording has them. */
  pauses(): readonly RecordedPause[] {
    return this.#pauses
  }

  /** Ends the thread, and puts the calls back that it had replaced. */
  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    if (running === this) running = undefined
    process.off("exit", this.#leave)
    this.#main.stop()
    this.#leave()
    void this.#worker.terminate()
  }

  [Symbol.dispose](): void {
    this.stop()
  }

  /** An open session of the inspector would make the process wait for it at its end. */
  readonly #leave = (): void => {
    const { ints } = this.#cells
    Atomics.store(ints, CELL.stop, 1)
    for (const cell of [CELL.open, CELL.connected]) Atomics.wait(ints, cell, 1, LEAVE)
  }

  #found({ kind, blocked }: Exclude<WatchdogMessage, { kind: "ready" }>): void {
    if (this.#stopped) return
    if (kind === "blocked") {
      this.#options.onBlocked?.(blocked)
      return
    }
    const pause = pauseOf(blocked)
    this.#pauses.push(pause)
    this.#options.recorder?.addPause(pause)
    if (this.#pauses.length > KEPT) this.#pauses.shift()
    this.#options.onOver?.(blocked)
  }
}

function pauseOf({ from, seconds, function: name, place, call, advice }: Blocked): RecordedPause {
  const what = [name, call].filter((part) => part !== undefined && part !== "").join(" calls ")
  return {
    kind: "blocked",
    from,
    to: from + seconds,
    ...(what === "" ? {} : { what }),
    ...(place === undefined ? {} : { place: `${name === "" ? "" : `${name} `}(${place.file}:${place.line}:${place.column})` }),
    ...(advice === undefined ? {} : { advice }),
  }
}

/**
 * Starts a thread that watches the main thread, and says what blocks its event loop while it does:
 * the function, the file and the line of the program, the call, the task, for how long, and what
 * would help.
 *
 * While the loop rests in between, nothing runs on the main thread for it but a glance at what calls
 * such as `JSON.parse` are given and a note in those such as `fs.readFileSync`. One that has not rested
 * for half the threshold is asked what it runs, which takes it some 0.5 ms, and then notes ten turns in
 * a threshold until it rests. It keeps no process alive and wakes no loop that rests. It watches what
 * runs on the main thread, whether in a task or not; worker threads block nobody's loop but their own.
 *
 * Linux tells what a thread does. Elsewhere only the processor time of the process is known, so that
 * a call that waits and is not among those replaced is not seen.
 *
 * @throws RangeError for a threshold below 0.01; RuntimeError in a worker thread, where there is no
 * inspector (Deno, Bun, builds without it), where the permission model forbids threads or the
 * inspector, and when one is running.
 *
 * @example
 * ```ts
 * import { startWatchdog } from "asyncio-ts/inspect"
 *
 * const watchdog = startWatchdog({ threshold: 0.05, report: false })
 * await watchdog.ready
 * function compute() {
 *   for (const end = performance.now() + 500; performance.now() < end; );
 * }
 * compute()
 * await new Promise((resolve) => setTimeout(resolve, 500))
 * console.log(watchdog.pauses().at(-1)?.what) // -> compute
 * watchdog.stop()
 * ```
 */
export function startWatchdog(options: WatchdogOptions = {}): Watchdog {
  const { threshold = THRESHOLD } = options
  if (!(threshold >= SHORTEST && threshold < Infinity)) {
    throw new RangeError(`startWatchdog: a threshold of ${threshold} s; give seconds from ${SHORTEST} on, such as 0.1`)
  }
  if (running !== undefined) throw new RuntimeError("startWatchdog: a watchdog is running in this process; stop it first")
  const reason = whyNot()
  if (reason !== undefined) throw new RuntimeError(`startWatchdog: ${reason}`)
  running = new Watchdog(options)
  return running
}

function whyNot(): string | undefined {
  if ("Bun" in globalThis || "Deno" in globalThis) return "the watchdog needs Node's inspector, which this runtime does not have"
  if (!process.features.inspector) return "this build of Node has no inspector, through which the watchdog looks"
  if (!isMainThread) return "a watchdog watches the main thread, so it is started there, and this is a worker thread"
  const permission = process.permission as { has(scope: string): boolean } | undefined // only under --permission
  if (permission === undefined) return undefined
  if (!permission.has("worker")) return "the permission model forbids threads, and the watchdog is one; start Node with --allow-worker"
  const known = process.allowedNodeEnvironmentFlags.has("--allow-inspector")
  if (known && !permission.has("inspector")) return "the permission model forbids the inspector, through which the watchdog looks; start Node with --allow-inspector"
  return undefined
}
