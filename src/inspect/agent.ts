/**
 * The agents of a process: one for each copy of this library, by which whoever looks from
 * outside finds what runs.
 */
import { runningLoops } from "../core/scheduler.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { host } from "../host/host.ts"
import type { Recorder } from "./recorder.ts"
import type { Snapshot } from "./snapshot.ts"
import { measureCpu } from "./snapshot/cpu-meter.ts"
import { merge } from "./snapshot/merge.ts"
import { ownSnapshotNow, takeOwnSnapshot, type ProcessFacts, type SnapshotOptions } from "./snapshot/own-snapshot.ts"
import { snapshotText } from "./snapshot/snapshot-text.ts"
import { Texts, type TextInfo } from "./snapshot/texts.ts"

/** What can be asked of a copy of the library. What gives text is for whoever evaluates an expression in the process. */
export interface Agent {
  /** What is said here; another number is another language. */
  readonly protocol: 1
  /** Of the package. */
  readonly version: string
  /** The folders of this copy's own files, as paths; empty where they cannot be told from the program's. */
  readonly home: readonly string[]
  /** What this copy knows, at once. */
  snapshotNow(options?: SnapshotOptions): Snapshot
  /** The same in pieces, between which the program goes on. */
  takeSnapshot(options?: SnapshotOptions): Promise<Snapshot>
  /** What all copies know, at once: also where the program is stopped in a debugger. Never throws; `error` says what went wrong. */
  snapshotJson(options?: SnapshotOptions): string
  /** The same in pieces, as a text that is kept for a while; see `readJson`. It does not come while the loop is blocked. */
  prepareJson(options?: SnapshotOptions): Promise<TextInfo>
  /** A part of a text; it is dropped when its end was read. Empty for one that is gone. */
  readJson(id: number, from: number, to: number): string
  dropJson(id: number): void
  /** Counts who wants to know how long tasks run, in all copies; gives whether it is measured now. */
  measureCpu(on: boolean): boolean
  /** The same of this copy. */
  measureOwnCpu(on: boolean): boolean
  /**
   * Begins to record, with what the host can tell of collections and of code that blocks the loop;
   * false if this agent does already. Whoever wanted it may be gone: after `limit` seconds it ends.
   */
  startRecording(capacity?: number, limit?: number): Promise<boolean>
  /** Waits until what was blocked last is told, and takes off what watches for it. */
  restRecording(): Promise<void>
  /** Ends it; gives what was recorded, to be read with `readJson`. @throws RuntimeError if nothing is recorded. */
  stopRecording(): TextInfo
}

/** What the host alone knows. */
export interface AgentHost {
  /** The folders of this copy's own files. */
  home(): readonly string[]
  /** Tells a recorder of collections of garbage and of what blocks the loop; gives what ends that. */
  watch(recorder: Pick<Recorder, "addPause">): Promise<() => void>
}

const runtimes: unique symbol = Symbol.for("asyncio-ts.runtimes") as never // the same in every copy

/** The agents of all copies that speak this protocol, those that were loaded first first. */
export function agents(): readonly Agent[] {
  return listed().filter(({ protocol }) => protocol === 1)
}

function listed(): Agent[] {
  const list = (globalThis as { [runtimes]?: Listed[] })[runtimes] // set nowhere else
  return list === undefined ? (own === undefined ? [] : [own]) : list.flatMap((one) => agentOf(one) ?? [])
}

/** Weakly: a copy that a test runner or a reload has dropped goes, once nothing of it runs. */
type Listed = Agent | WeakRef<Agent>

function agentOf(one: Listed): Agent | undefined {
  // Not instanceof: it may be of another realm.
  return "deref" in one ? one.deref() : one
}

let own: Agent | undefined

/** Seconds after which the watchdog's thread has told what it has seen. */
const REST = 0.05

/** Lists this copy; once, however often it is called. */
export function installAgent(version: string, facts: () => ProcessFacts, side?: AgentHost): void {
  if (own !== undefined) return
  own = new OwnAgent(version, facts, side)
  // What runs keeps it, and not only whoever still has this module.
  Object.defineProperty(runningLoops, runtimes, { value: own })
  try {
    const list = ((globalThis as { [runtimes]?: Listed[] })[runtimes] ??= []) // as in listed()
    list.splice(0, list.length, ...list.filter((one) => agentOf(one) !== undefined), new WeakRef(own))
  } catch {
    // A program that has frozen its globals is seen from within only.
  }
}

/**
 * Every task of the process at this moment: what it does, since when, what it waits for and at
 * which line, who awaits whom; locks and queues with their holders, pools, deadlocks and leaks.
 * All copies of this library in the process are in it.
 *
 * It is taken in one go: with some thousand tasks the loop stands still for some tens of
 * milliseconds. `takeSnapshot` gives it turns meanwhile.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { snapshotNow } from "asyncio-ts/inspect"
 *
 * await asyncio.run(async () => {
 *   const lock = new asyncio.Lock({ name: "db" })
 *   await lock.run(async () => {
 *     asyncio.createTask(() => lock.run(() => undefined), { name: "reader" })
 *     await asyncio.sleep(0.01)
 *     const reader = snapshotNow().tasks.find(({ name }) => name === "reader")
 *     console.log(reader?.waits[0]?.kind) // -> Lock.acquire
 *   })
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-tools.html
 */
export function snapshotNow(options?: SnapshotOptions): Snapshot {
  return merge(agents().map((agent) => agent.snapshotNow(options)))
}

/**
 * The same as `snapshotNow`, with turns for the loop while the lines of awaits are put into words.
 * What tasks do and wait for is of the moment of the call, whatever they do meanwhile.
 *
 * The promise is the host's: a task that is cancelled while it awaits it does not stop it.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { renderTable, takeSnapshot } from "asyncio-ts/inspect"
 *
 * await asyncio.run(async () => {
 *   asyncio.createTask(asyncio.sleep(1), { name: "nap" })
 *   await asyncio.sleep(0)
 *   console.log(renderTable(await takeSnapshot()).includes("nap")) // -> true
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-tools.html
 */
export async function takeSnapshot(options?: SnapshotOptions): Promise<Snapshot> {
  // All at the same moment: what one copy knows is of no use beside what another knew a while later.
  return merge(await Promise.all(agents().map((agent) => agent.takeSnapshot(options))))
}

class OwnAgent implements Agent {
  readonly protocol = 1
  readonly version: string
  readonly #facts: () => ProcessFacts
  readonly #side: AgentHost | undefined
  readonly #texts = new Texts()
  #recorder: Recorder | undefined
  #unwatch: (() => void) | undefined
  #timer: unknown

  constructor(version: string, facts: () => ProcessFacts, side: AgentHost | undefined) {
    this.version = version
    this.#facts = facts
    this.#side = side
  }

  get home(): readonly string[] {
    return this.#side?.home() ?? []
  }

  snapshotNow(options?: SnapshotOptions): Snapshot {
    return ownSnapshotNow(this.#facts(), options)
  }

  takeSnapshot(options?: SnapshotOptions): Promise<Snapshot> {
    return takeOwnSnapshot(this.#facts(), options)
  }

  snapshotJson(options?: SnapshotOptions): string {
    try {
      return snapshotText(snapshotNow(options))
    } catch (error) {
      return JSON.stringify({ error: `the snapshot could not be taken: ${String(error)}` })
    }
  }

  async prepareJson(options?: SnapshotOptions): Promise<TextInfo> {
    return this.#texts.keepInPieces(await takeSnapshot(options))
  }

  readJson(id: number, from: number, to: number): string {
    return this.#texts.read(id, from, to)
  }

  dropJson(id: number): void {
    this.#texts.drop(id)
  }

  measureCpu(on: boolean): boolean {
    return agents().map((agent) => agent.measureOwnCpu(on)).includes(true)
  }

  measureOwnCpu(on: boolean): boolean {
    return measureCpu(on)
  }

  async startRecording(capacity?: number, limit?: number): Promise<boolean> {
    // Only when it is asked for: a program that nobody records need not load it.
    const { Recorder } = await import("./recorder.ts")
    if (this.#recorder !== undefined) return false
    const recorder = new Recorder({ exact: true, ...(capacity === undefined ? {} : { capacity }) })
    this.#recorder = recorder
    recorder.start()
    if (limit !== undefined) {
      this.#timer = host.setTimer(limit, () => this.#end())
      ;(this.#timer as { unref?(): void }).unref?.() // what Node's timers have
    }
    const unwatch = await this.#side?.watch(recorder)
    // Ended meanwhile.
    if (this.#recorder === recorder) this.#unwatch = unwatch
    else unwatch?.()
    return true
  }

  async restRecording(): Promise<void> {
    if (this.#unwatch === undefined) return
    await new Promise<void>((resolve) => void host.setTimer(REST, resolve))
    this.#unwatch?.()
    this.#unwatch = undefined
  }

  stopRecording(): TextInfo {
    const recorder = this.#end()
    if (recorder === undefined) throw new RuntimeError("cannot stop recording: startRecording was not called, or its time was over")
    // Of a program that rested no event tells until when it was recorded.
    return this.#texts.keep(JSON.stringify({ ...recorder.recording(), taken: host.now() }))
  }

  #end(): Recorder | undefined {
    const recorder = this.#recorder
    this.#recorder = undefined
    host.clearTimer(this.#timer)
    this.#timer = undefined
    this.#unwatch?.()
    this.#unwatch = undefined
    recorder?.stop()
    return recorder
  }
}
