/**
 * What only shows over time: queues that grow and never shrink, callbacks that tasks have left
 * behind, and listeners that nobody takes off.
 */
import { checkSeconds } from "../../structures/arguments.ts"
import { observe, type CallbackInfo, type TaskInfo } from "../../core/observer.ts"
import { currentFrame } from "../../core/frame.ts"
import { runningLoops } from "../../core/scheduler.ts"
import { span } from "../../core/words.ts"
import { host } from "../../host/host.ts"
import { knownPrimitives } from "../../sync/primitive.ts"
import { Queue } from "../../sync/queue.ts"
import type { SnapshotLeak } from "../snapshot.ts"
import { CROWD, FORGOTTEN } from "./leaks.ts"
import { listenerWarnings, type ListenerWarning } from "./listener-warnings.ts"
import { resourceNumbers } from "./numbers.ts"
import { quoted } from "./words.ts"

/** How a `LeakWatch` looks. */
export interface LeakWatchOptions {
  /** Seconds between two looks at the queues; 10 by default. */
  readonly every?: number | undefined
  /** Seconds after which a callback counts as forgotten whose task has ended; 60 by default. */
  readonly after?: number | undefined
}

const EVERY = 10
/** A queue grows if it did so in each of so many looks in a row, */
const LOOKS = 6
/** by so many items in all. A queue that somebody takes from fast enough is smaller now and then. */
const GROWTH = 100

interface Depths {
  readonly queue: WeakRef<Queue<unknown>>
  readonly depths: number[]
}

interface Left {
  readonly callback: WeakRef<CallbackInfo>
  readonly maker: number
  readonly makerName: string
  /** When its maker ended, in seconds of the host's clock; undefined while it runs. */
  ended: number | undefined
}

/**
 * Watches for leaks while it is on. It costs little: a look at the queues every few seconds, and
 * a note for each callback that a task schedules.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { LeakWatch } from "asyncio-ts/inspect"
 *
 * const watch = new LeakWatch().start()
 * await asyncio.run(async () => {
 *   const queue = new asyncio.Queue<number>(0, { name: "jobs" })
 *   for (let round = 0; round < 10; round += 1) {
 *     for (let item = 0; item < 100; item += 1) queue.putNowait(item)
 *     watch.look() // as it does every ten seconds by itself
 *   }
 *   console.log(watch.leaks().map(({ kind }) => kind)) // -> [ 'growing queue' ]
 * })
 * watch.stop()
 * ```
 */
export class LeakWatch {
  readonly #every: number
  readonly #after: number
  readonly #queues = new WeakMap<Queue<unknown>, Depths>()
  #grown: Depths[] = []
  readonly #left = new Map<object, Left>()
  readonly #byMaker = new Map<number, Set<object>>()
  readonly #listeners: ListenerWarning[] = []
  #stop: (() => void) | undefined
  #timer: unknown

  /** @throws RangeError for a time that is not above 0. */
  constructor(options: LeakWatchOptions = {}) {
    const { every = EVERY, after = FORGOTTEN } = options
    for (const [seconds, what] of [[every, "the time between two looks of a LeakWatch"], [after, "the time after which a callback is forgotten"]] as const) {
      checkSeconds(seconds, what)
      if (seconds <= 0) throw new RangeError(`${what} is above 0, not ${seconds}`)
    }
    this.#every = every
    this.#after = after
  }

  /** Begins to watch; does nothing if it does already. */
  start(): this {
    if (this.#stop !== undefined) return this
    watches.add(this)
    const stopListening = listenerWarnings.watch?.((warning) => this.#listeners.push(warning))
    const stopObserving = observe({
      callbackMade: (callback) => this.#made(callback),
      handleBegun: (_name, _time, callback) => this.#forget(callback),
      taskDone: (task) => this.#ended(task),
    })
    this.#stop = () => {
      stopObserving()
      stopListening?.()
    }
    this.#arm()
    return this
  }

  /** Ends it, and forgets what it has seen. */
  stop(): void {
    this.#stop?.()
    this.#stop = undefined
    host.clearTimer(this.#timer)
    this.#timer = undefined
    watches.delete(this)
    this.#grown = []
    this.#left.clear()
    this.#byMaker.clear()
    this.#listeners.length = 0
  }

  /** What it has found so far. */
  leaks(): SnapshotLeak[] {
    return [...this.#growing(), ...this.#forgotten(), ...this.#listeners.map(leakOfListeners)]
  }

  /** Looks at the queues once more; called every few seconds by itself. */
  look(): void {
    for (const primitive of knownPrimitives()) {
      if (!(primitive instanceof Queue)) continue
      let known = this.#queues.get(primitive)
      if (known === undefined) {
        known = { queue: new WeakRef(primitive), depths: [] }
        this.#queues.set(primitive, known)
        this.#grown.push(known)
      }
      known.depths.push(primitive.qsize())
      if (known.depths.length > LOOKS + 1) known.depths.shift()
    }
    this.#grown = this.#grown.filter(({ queue }) => queue.deref() !== undefined)
    for (const [callback, { callback: weak }] of this.#left) if (weak.deref() === undefined) this.#left.delete(callback)
  }

  #arm(): void {
    this.#timer = host.setTimer(this.#every, () => {
      this.look()
      this.#arm()
    })
    // A program ends although somebody watches it.
    ;(this.#timer as { unref?(): void }).unref?.() // what Node's timers have
  }

  #growing(): SnapshotLeak[] {
    return this.#grown.flatMap(({ queue, depths }) => {
      const found = queue.deref()
      const [first = 0] = depths
      const last = depths.at(-1) ?? 0
      if (found === undefined || depths.length <= LOOKS || last - first < GROWTH) return []
      if (depths.some((depth, at) => at > 0 && depth <= (depths[at - 1] ?? 0))) return []
      const name = found.name === "" ? "a queue" : `queue ${quoted(found.name)}`
      return [{ kind: "growing queue" as const, resource: resourceNumbers.of(found), text: `${name} only grows: from ${first} to ${last} items in the last ${span(LOOKS * this.#every)}` }]
    })
  }

  #made(callback: CallbackInfo): void {
    const owner = currentFrame()?.owner as TaskInfo | null | undefined // tasks own frames
    if (owner === null || owner === undefined) return
    const key = {}
    keys.set(callback, key)
    this.#left.set(key, { callback: new WeakRef(callback), maker: owner.id, makerName: owner.taskName, ended: undefined })
    const known = this.#byMaker.get(owner.id)
    if (known === undefined) this.#byMaker.set(owner.id, new Set([key]))
    else known.add(key)
  }

  #forget(callback: CallbackInfo): void {
    const key = keys.get(callback)
    if (key !== undefined) this.#left.delete(key)
  }

  #ended({ id }: TaskInfo): void {
    const made = this.#byMaker.get(id)
    if (made === undefined) return
    this.#byMaker.delete(id)
    for (const key of made) {
      const left = this.#left.get(key)
      if (left !== undefined) left.ended = host.now()
    }
  }

  /** Callbacks that wait for their time, whose tasks have ended long ago: one is meant so, many are not. */
  #forgotten(): SnapshotLeak[] {
    const now = host.now()
    const makers: string[] = []
    for (const { callback, ended, makerName } of this.#left.values()) {
      if (ended !== undefined && now - ended >= this.#after && callback.deref() !== undefined) makers.push(makerName)
    }
    // What was cancelled is let go of when memory is: no more are told of than there are.
    let timers = 0
    for (const loop of runningLoops) timers += loop.userTimers().length
    const count = Math.min(makers.length, timers)
    if (count < CROWD) return []
    return [{ kind: "timer", text: `${count.toLocaleString("en")} timers wait that were set by tasks which ended ${span(this.#after)} ago or more, such as ${quoted(makers[0] ?? "")}` }]
  }
}

function leakOfListeners({ count, event, emitter }: ListenerWarning): SnapshotLeak {
  return { kind: "listener", text: `${count} listeners for ${quoted(event)} of ${/^[AEIOU]/u.test(emitter) ? "an" : "a"} ${emitter} were added and not taken off` }
}

const watches = new Set<LeakWatch>()
/** Callbacks must not be kept by what is written down of them. */
const keys = new WeakMap<object, object>()

/** What those find that watch now. */
export function watchedLeaks(): SnapshotLeak[] {
  return [...watches].flatMap((watch) => watch.leaks())
}
