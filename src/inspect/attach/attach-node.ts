/**
 * From the number of a process to what its tasks do.
 */
import type { Recording } from "../recording.ts"
import type { Snapshot } from "../snapshot.ts"
import { emptied, withThreads } from "../snapshot/merge.ts"
import { AttachError } from "./attach-error.ts"
import { checkRunning } from "./check-process-node.ts"
import { InspectorTarget, type ReachOptions } from "./inspector-target-node.ts"
import { isAlive } from "./process-facts-node.ts"
import { noLibrary, readSnapshot, readText, type ReadOptions } from "./read-snapshot-node.ts"
import { socketOf } from "./socket-folder-node.ts"
import { SocketTarget } from "./socket-target-node.ts"
import type { Target, Who } from "./target.ts"
import { Threads } from "./threads-node.ts"

/** How to reach a process. */
export interface AttachOptions extends ReachOptions {
  /** The path of a socket that the program has opened; found by the number of the process unless given. */
  readonly socket?: string | undefined
  /** Seconds until a process that does not answer is given up: 5 unless given. */
  readonly limit?: number | undefined
}

/** What every agent of today speaks. */
const PROTOCOL = 1
const LIMIT = 5
/** A program of fewer seconds may still be about to load the library. */
const YOUNG = 1
const TRIES = 5
/** From the end of its connections to that of a process, in milliseconds. */
const ENDING = 200
/** Seconds after which nobody comes any more to end a recording. */
const ABANDONED = 60
/** Seconds that a process may take to tell what it was blocked by last. */
const RESTING = 1

/** A process that is looked into. */
export class Attached {
  readonly pid: number
  /** `socket` if the program has opened one, else Node's `inspector`. */
  readonly way: Target["way"]
  readonly #target: Target
  readonly #threads: Threads
  readonly #limit: number
  /** Whether the main thread uses the library, and not only worker threads. */
  readonly #main: boolean
  #measures = false
  #records = false

  private constructor(target: Target, threads: Threads, limit: number, main: boolean) {
    this.pid = target.pid
    this.way = target.way
    this.#target = target
    this.#threads = threads
    this.#limit = limit
    this.#main = main
  }

  /** @throws AttachError */
  static async to(pid: number, options: AttachOptions = {}): Promise<Attached> {
    for (let tries = 1; ; tries++) {
      try {
        return await Attached.#once(pid, options)
      } catch (error) {
        // Somebody else who leaves at that moment may shut the door.
        if (!(error instanceof AttachError && error.failure === "ended" && isAlive(pid)) || tries === TRIES) throw error
      }
    }
  }

  static async #once(pid: number, options: AttachOptions): Promise<Attached> {
    const { limit = LIMIT } = options
    const target = await reach(pid, limit, options)
    try {
      let { agents, protocol, uptime } = (await target.ask({ ask: "who" }, limit)) as Who // what the question promises
      while (agents === 0 && uptime < YOUNG) {
        // One so young may still be loading the library, and nothing tells from outside when it has.
        await new Promise((resolve) => setTimeout(resolve, 20))
        ;({ agents, protocol, uptime } = (await target.ask({ ask: "who" }, limit)) as Who) // as above
      }
      const threads = new Threads(target, limit)
      if (agents === 0 && !(await threads.anyUses())) throw new AttachError("no library", noLibrary(pid))
      if (agents > 0 && protocol !== PROTOCOL) throw new AttachError("no library", `process ${pid} uses a version of asyncio-ts that speaks protocol ${protocol}, and this one speaks ${PROTOCOL}: use the asyncio-ts that the program has installed`)
      return new Attached(target, threads, limit, agents > 0)
    } catch (error) {
      await target.close()
      throw await orEnded(pid, error)
    }
  }

  /** @throws AttachError */
  async snapshot(options: ReadOptions = {}): Promise<Snapshot> {
    try {
      const limited = { limit: this.#limit, ...options }
      const [main, threads] = await Promise.all([this.#main ? readSnapshot(this.#target, limited) : undefined, this.#threads.snapshots(limited)])
      const first = main ?? threads.find(({ snapshot }) => snapshot !== undefined)?.snapshot
      if (first === undefined) throw new AttachError("no answer", `only worker threads of process ${this.pid} use asyncio-ts, and none of them answers: ${threads[0]?.thread.silent ?? "they have ended"}`)
      // In a container it calls itself by another number.
      return { ...withThreads(main ?? emptied(first), threads), pid: this.pid }
    } catch (error) {
      throw await orEnded(this.pid, error)
    }
  }

  /**
   * Has the process record what its tasks do.
   *
   * @param seconds - for how long at most; if nobody ends it, it ends by itself a while later
   * @param capacity - events that are kept
   * @throws AttachError - `no answer` where its loop is blocked, or somebody else records already
   */
  async record(seconds: number, capacity?: number): Promise<void> {
    if (!this.#main) throw new AttachError("no library", `process ${this.pid} uses asyncio-ts in worker threads only, which cannot be recorded from outside: a Recorder in such a thread can`)
    try {
      const begun = await this.#target.ask({ ask: "record", capacity, limit: seconds + ABANDONED }, this.#limit)
      if (begun !== true) throw new AttachError("no answer", `process ${this.pid} is being recorded by somebody else: try again when that has ended`)
      this.#records = true
    } catch (error) {
      throw await orEnded(this.pid, error)
    }
  }

  /**
   * Ends that; what was recorded.
   *
   * @throws AttachError
   */
  async recorded(): Promise<Recording> {
    try {
      this.#records = false
      // Without it at worst the last stretch is missing.
      await this.#target.ask({ ask: "rest" }, Math.min(this.#limit, RESTING)).catch(() => undefined)
      const kept = await this.#target.ask({ ask: "recorded" }, this.#limit)
      return JSON.parse(await readText(this.#target, kept, this.#limit)) as Recording // the agent wrote it
    } catch (error) {
      throw await orEnded(this.pid, error)
    }
  }

  /** Has the process measure what each task computes, until told otherwise or left. */
  async measureCpu(on: boolean): Promise<void> {
    if (on === this.#measures) return
    this.#measures = on
    // At the end nobody waits for worker threads that do not answer.
    const threads = this.#threads.measureCpu(on)
    if (this.#main) await this.#target.ask({ ask: "measure", on }, this.#limit)
    await threads
  }

  /** Leaves the process as it was. */
  async close(): Promise<void> {
    try {
      await this.measureCpu(false)
      if (this.#records) await this.#target.ask({ ask: "recorded" }, this.#limit)
    } catch {
      // It has ended, or does not answer.
    }
    await this.#target.close()
  }
}

async function reach(pid: number, limit: number, { socket, ...options }: AttachOptions): Promise<Target> {
  checkRunning(pid)
  if (socket !== undefined) return SocketTarget.attach(pid, socket, limit)
  const own = socketOf(pid)
  const target = own === undefined ? undefined : await SocketTarget.attach(pid, own, limit).catch(() => undefined)
  return target ?? InspectorTarget.attach(pid, limit, options)
}

/** A process that ends says strange things, or nothing: that is the reason then. */
async function orEnded(pid: number, error: unknown): Promise<unknown> {
  for (const end = performance.now() + ENDING; ; ) {
    if (!isAlive(pid)) return new AttachError("ended", `process ${pid} has ended meanwhile`, { cause: error })
    if (!(error instanceof AttachError && error.failure === "ended") || performance.now() > end) return error
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
