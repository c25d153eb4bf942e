/**
 * Finding what a test has left behind: what was made since it began, is still there, and nobody
 * will end.
 */
import { currentFrame, Frame } from "../core/frame.ts"
import type { Coroutine } from "../core/coroutine.ts"
import type { EventLoop } from "../core/event-loop.ts"
import { scheduled } from "../core/handle.ts"
import { observe } from "../core/observer.ts"
import { known, origins, place } from "../core/place.ts"
import { runningLoops, type Scheduler } from "../core/scheduler.ts"
import type { Task } from "../core/task.ts"
import { foreignReason, reasonOf } from "../core/wait-reason.ts"
import type { Wait } from "../core/wait.ts"
import { openWaits } from "../core/deadlock.ts"
import { host } from "../host/host.ts"
import { snapshotNow } from "../inspect/agent.ts"
import { LineOperation } from "../sync/line-operation.ts"
import { holdersOf, type Primitive } from "../sync/primitive.ts"
import { listeningWatchers, type ListeningWatcher } from "../tasks/event-source.ts"
import { listensForInterrupts } from "../tasks/interrupts.ts"
import { checkKitOptions } from "./kit-options.ts"
import { isAllowed, LeakError, type AllowedLeak, type Leak } from "./leak.ts"

/** What a leak guard lets pass. */
export interface LeakGuardOptions {
  /** What is no leak. */
  readonly allow?: readonly AllowedLeak[] | undefined
}

/** Seconds of the host's that what was closed has to go away. */
const PATIENCE = 0.5
/** Seconds between two looks. */
const LOOK = 0.005
/** In which what was just called comes to its first wait. */
const MICROTASKS = 8
/** Ends by itself, or is the program's own. */
const PASSING = /Req|Immediate|TickObject|Microtask/

/** What a loop registers of a task. */
interface Run {
  readonly id: number
  readonly task: Task<unknown>
  readonly frame: Frame
}

/** A listener that this library has added. */
interface Listening {
  readonly name: string | symbol
  readonly source: object
  readonly place: string | undefined
}

/**
 * Watches what is made from `leakGuard()` to `check()`.
 *
 * Invariant: it observes exactly until `stop`, which `check` calls too.
 */
export class LeakGuard {
  readonly #allow: readonly AllowedLeak[]
  readonly #handles = countHandles()
  readonly #processListeners = countListeners()
  readonly #tasks = new Set<number>()
  /** Callbacks and coroutines made since it began. */
  readonly #own = new WeakSet<object>()
  /** At each primitive the latest operation of each task that may have taken it. */
  readonly #taken = new Map<Primitive, Map<number, LineOperation<unknown>>>()
  /** One that was only just made, so that what it waits at is not there yet. */
  #made: { readonly operation: LineOperation<unknown>; readonly by: number } | null = null
  readonly #listening = new Set<Listening>()
  readonly #leaks: Leak[] = []
  readonly #stops: (() => void)[]

  constructor(options: LeakGuardOptions = {}) {
    checkKitOptions(options, "leakGuard", '{ allow: ["handle"] }')
    const { allow = [] } = options
    if (!Array.isArray(allow) || !allow.every(isRule)) throw new TypeError("allow of a leak guard is a list of kinds of leaks, regular expressions and functions")
    this.#allow = allow
    const watcher: ListeningWatcher = (source, name) => {
      const entry = { name, source, place: known(place()) }
      this.#listening.add(entry)
      return () => void this.#listening.delete(entry)
    }
    listeningWatchers.add(watcher)
    this.#stops = [
      observe({
        taskCreated: (task) => {
          this.#tasks.add(task.id)
          origins.takeOf(task)
        },
        callbackMade: (callback) => {
          this.#own.add(callback)
          origins.takeOf(callback)
        },
        coroutineMade: (coroutine) => {
          this.#own.add(coroutine)
          origins.takeOf(coroutine)
          this.#noteMade()
          const by = currentFrame()?.owner?.id
          if (coroutine instanceof LineOperation && by !== undefined) this.#made = { operation: coroutine, by }
        },
      }),
      () => void listeningWatchers.delete(watcher),
    ]
  }

  /** What is left on `loop` now: its tasks but `own`, timers, sockets and servers, and coroutines that nobody has started. */
  lookAt(loop: EventLoop, own?: Task<unknown>): void {
    const left = loop.leftBehind
    const cannotEnd = own === undefined ? new Set<number>() : whoAwaits(own, loop)
    let stands: ((id: number) => string | undefined) | undefined
    for (const run of loop.tasks as Iterable<unknown> as Iterable<Run>) { // what a loop registers is the run of a task
      if (run.task === own || run.task.done() || !this.#tasks.has(run.id) || cannotEnd.has(run.id)) continue
      if (!left.has(run.task)) {
        this.#found("task", `task '${run.task.getName()}', ${whatItDoes(run)}`, origins.get(run))
        continue
      }
      // It was made by nobody: where its code stands tells more.
      stands ??= placesOfCode()
      this.#found("left behind", `code that was ${run.task.getName()}, at a promise that is not of asyncio-ts`, stands(run.id))
    }
    for (const timer of loop.userTimers()) {
      const callback = timer[scheduled]
      if (callback === null || !this.#own.has(callback)) continue
      const due = `due in ${Math.max(0, timer.when() - loop.time()).toFixed(3)} s`
      this.#found("timer", `a timer for '${callback.describe()}', ${due}`, origins.get(callback))
    }
    for (const coroutine of loop.unstarted.takeAll()) {
      if (!this.#own.has(coroutine)) {
        loop.unstarted.add(coroutine)
        continue
      }
      this.#found("coroutine", `coroutine '${(coroutine as Coroutine<unknown>).name}', which was never awaited`, origins.get(coroutine)) // coroutines alone are kept there
    }
  }

  /** What `loop` has open of the host's. */
  async lookAtResources(loop: EventLoop): Promise<void> {
    const open = (): string[] => [...loop.resources].flatMap((resource) => (resource.endsWithLoop === true ? [] : [resource.toString()]))
    if (await goes(() => open().length === 0)) return
    for (const what of open()) this.#found("resource", what, undefined)
  }

  /** What was found so far, and is not allowed. */
  get leaks(): readonly Leak[] {
    return this.#leaks
  }

  /**
   * Looks at all that is left, of the loops that run too if it is called from one, and stops watching.
   *
   * @throws LeakError if there is anything that is not allowed.
   */
  async check(): Promise<void> {
    try {
      // An async function that was just called awaits its coroutine only a microtask later.
      for (let microtask = 0; microtask < MICROTASKS; microtask += 1) await Promise.resolve()
      for (const loop of runningLoops) this.lookAt(loop as EventLoop, ownTask(loop)) // only event loops run
      await this.checkRest()
    } finally {
      this.stop()
    }
  }

  /** The same of what belongs to no loop: permits, listeners and handles. */
  async checkRest(): Promise<void> {
    this.#noteMade()
    for (const [primitive, takers] of this.#taken) this.#lookAtPermits(primitive, takers)
    for (const { name, source, place: at } of this.#listening) {
      // Whoever waits for another event listens for errors too.
      if (name === "error" && [...this.#listening].some((other) => other.source === source && other.name !== name && other.place === at)) continue
      this.#found("listener", `a listener for '${String(name)}' of ${nameOf(source)}`, at)
    }
    for (const [name, count] of more(countListeners(), this.#processListeners)) {
      this.#found("listener", `${count === 1 ? "a listener" : `${count} listeners`} for '${name}' of process`, undefined)
    }
    await goes(() => this.#moreHandles().length === 0)
    for (const what of this.#moreHandles()) this.#leaks.push(what)
    this.stop()
    if (this.#leaks.length > 0) throw new LeakError(this.#leaks)
  }

  /** Stops watching. */
  stop(): void {
    for (const stop of this.#stops.splice(0)) stop()
  }

  #found(kind: Leak["kind"], what: string, at: string | undefined): void {
    const leak: Leak = { kind, what, place: known(at) }
    if (!isAllowed(leak, this.#allow)) this.#leaks.push(leak)
  }

  #moreHandles(): Leak[] {
    return [...more(countHandles(), this.#handles)]
      .map(([name, count]): Leak => ({ kind: "handle", what: `${count === 1 ? "a handle" : `${count} handles`} of the host: ${name}` }))
      .filter((leak) => !isAllowed(leak, this.#allow))
  }

  #noteMade(): void {
    if (this.#made === null) return
    const { operation, by } = this.#made
    this.#made = null
    const { at } = operation as unknown as { at: Primitive | null } // protected, for words; this is for words too
    if (at === null) return
    const takers = this.#taken.get(at)
    if (takers === undefined) this.#taken.set(at, new Map([[by, operation]]))
    else takers.set(by, operation)
  }

  /** A lock or semaphore that is held though whoever took it has ended. */
  #lookAtPermits(primitive: Primitive, takers: ReadonlyMap<number, object>): void {
    const alive = new Set<number>()
    for (const loop of runningLoops) for (const run of loop.tasks as Iterable<unknown> as Iterable<Run>) alive.add(run.id)
    const holders = primitive[holdersOf]().filter((id) => !alive.has(id) && this.#tasks.has(id))
    if (holders.length === 0) return
    this.#found("permit", `${primitive.toString()}, held by ${holders.length === 1 ? "a task that has" : `${holders.length} tasks that have`} ended`, origins.get(takers.get(holders[0] ?? -1) ?? {}))
  }
}

/**
 * Begins to watch what is made, for a test that runs its loops itself: `await guard.check()` at
 * its end fails with what is left. `runTest` does so by itself.
 *
 * It finds tasks that are not done, code left behind at a foreign promise, timers of `callLater`,
 * coroutines that nobody awaited, locks and semaphores held by tasks that have ended, sockets and
 * servers of a loop, listeners of `fromEvent` and those of the process, and whatever else keeps the
 * process going, as the host tells it: tests that run at once in one process see each other's.
 *
 * @throws TypeError if `allow` is no list.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { leakGuard } from "asyncio-ts/testing"
 *
 * const guard = leakGuard()
 * await asyncio.run(async () => {
 *   asyncio.getRunningLoop().callLater(60, () => console.log("late"))
 *   await guard.check().catch((error) => console.log(error.leaks[0].kind)) // -> timer
 * })
 * ```
 */
export function leakGuard(options: LeakGuardOptions = {}): LeakGuard {
  return new LeakGuard(options)
}

function whatItDoes({ frame }: Run): string {
  const [wait] = openWaits(frame) as Iterable<Wait>
  if (wait !== undefined) return `which waits for: ${reasonOf(wait).text}`
  let inner = frame
  while (inner.first instanceof Frame) inner = inner.first
  const reason = foreignReason(inner)
  return reason === undefined ? "which has not ended" : `which waits for: ${reason.text}`
}

/** The tasks that cannot end before `own` does, since they await it. */
function whoAwaits(own: Task<unknown>, loop: EventLoop): Set<number> {
  const runs = [...(loop.tasks as Iterable<unknown> as Iterable<Run>)] // as above
  const found = new Set(runs.flatMap(({ id, task }) => (task === own ? [id] : [])))
  for (let before = -1; found.size > before; ) {
    before = found.size
    for (const { id, frame } of runs) {
      if ([...openWaits(frame)].some((wait) => reasonOf(wait).awaits?.some((awaited) => found.has(awaited)))) found.add(id)
    }
  }
  return found
}

function ownTask(loop: Scheduler): Task<unknown> | undefined {
  const owner = currentFrame()?.owner
  for (const run of loop.tasks as Iterable<unknown> as Iterable<Run>) if ((run as unknown) === owner) return run.task
  return undefined
}

/** Where the code of tasks stands, as far as the host tells. */
function placesOfCode(): (id: number) => string | undefined {
  const { tasks } = snapshotNow({ functions: true })
  return (id) => {
    const at = tasks.find((task) => task.id === id)?.frames.find((frame) => frame.place !== undefined)?.place
    return at === undefined ? undefined : `at ${at.file}:${at.line}:${at.column}`
  }
}

/** Gives `holds` some time of the host's to come true. */
async function goes(holds: () => boolean): Promise<boolean> {
  const until = host.now() + PATIENCE
  while (!holds()) {
    if (host.now() >= until) return false
    // Neither a timer nor a promise of this library: the loop is not to notice.
    await new Promise<void>((resolve) => void host.setTimer(LOOK, resolve))
  }
  return true
}

/** How many there are of each kind of what keeps the process going; other hosts do not tell. */
function countHandles(): Map<string, number> {
  const { getActiveResourcesInfo } = process as Partial<Pick<NodeJS.Process, "getActiveResourcesInfo">>
  // They come into being when somebody first writes, which no test is to answer for.
  void [process.stdout, process.stderr]
  return count((getActiveResourcesInfo?.call(process) ?? []).filter((name) => !PASSING.test(name)))
}

const KINDS: readonly unknown[] = ["task", "left behind", "timer", "coroutine", "permit", "resource", "listener", "handle"] satisfies Leak["kind"][]

function isRule(rule: unknown): boolean {
  return KINDS.includes(rule) || rule instanceof RegExp || typeof rule === "function"
}

/** Of the library's own: it looks at the end of the process, once for all. */
const OWN_EVENT = "beforeExit"

function countListeners(): Map<string, number> {
  const own = (name: string | symbol): number => Number(name === "SIGINT" && listensForInterrupts())
  return count(process.eventNames().filter((name) => name !== OWN_EVENT).flatMap((name) => Array<string>(process.listenerCount(name) - own(name)).fill(String(name))))
}

function count(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

function* more(now: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>): Generator<[string, number]> {
  for (const [name, there] of now) {
    const added = there - (before.get(name) ?? 0)
    if (added > 0) yield [name, added]
  }
}

function nameOf(source: object): string {
  const name = (source.constructor as { name?: unknown } | undefined)?.name
  return typeof name === "string" && name !== "" ? `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}` : "an object"
}
