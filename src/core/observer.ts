/**
 * The seam for observers: what the runtime tells whoever watches a program run.
 *
 * Debug mode, the recorder, the inspector and tracing are observers and live outside the
 * core. Without one, an event costs a comparison with null. An observer that throws is
 * taken off and its error reported: it never takes the loop down.
 */
import { host } from "../host/host.ts"
import type { CancelRequest } from "./cancel-request.ts"

/** A task, as observers see it. `id` is unique in the process. */
export interface TaskInfo {
  readonly id: number
  readonly taskName: string
  /** What its code is called: the coroutine, or the function. */
  readonly name: string
  /** Tells the tasks of one loop, and its clock, from those of another. */
  readonly loop: object
  /** Whether its code runs. When the task is created that is so only for code left behind. */
  readonly begun: boolean
}

/** What a task waits for. */
export interface WaitInfo {
  /** Such as `sleep`, `Lock.acquire`, `Task`. */
  readonly kind: string
  /** What exactly: a delay, the name of a task. */
  readonly detail?: string
}

/** Everything about a wait, derived when somebody looks. */
export interface WaitReason extends WaitInfo {
  /** In plain words, such as `lock 'db', held by 'writer' for 3.1 s, 4th in line`. */
  readonly text: string
  /** What is waited for, such as a lock or a future: the same object for all who wait for it. */
  readonly on?: object | undefined
  /** The numbers of the tasks that have what is waited for, as far as that is known. */
  readonly holders?: readonly number[] | undefined
  /** The numbers of the tasks whose end is waited for, directly or through a gather, a wait or a group. */
  readonly awaits?: readonly number[] | undefined
  /** One of those is enough. */
  readonly any?: boolean | undefined
  /** When the wait ends by itself, in seconds of the loop's clock. */
  readonly until?: number | undefined
  /** Nothing in this process can end the wait but one of its tasks. */
  readonly internal?: boolean | undefined
}

/** A callback of the user's. */
export interface CallbackInfo {
  readonly loop: object
}

/** A thread or process of a pool that runs jobs; told by the same object each time. */
export interface WorkerInfo {
  /** What its pool is called. */
  readonly pool: string
  /** Such as `thread 3` or `process 4711`. */
  readonly label: string
}

/** A call that runs in a worker; told by the same object each time. */
export interface JobInfo {
  /** Unique in the process. */
  readonly id: number
  readonly name: string
  /** When it was made, in seconds of the host's clock. */
  readonly made: number
}

/** `crashed`: its worker died under it, and it may run again. */
export type JobEnd = "returned" | "failed" | "cancelled" | "crashed"
/** `left`: it had nothing more to do. */
export type WorkerEnd = "left" | "ended" | "crashed"

/** Something that is not of this library, such as a native promise. */
export const FOREIGN: WaitInfo = { kind: "promise" }
/** What stands for a wait where code awaits that. */
export const foreignWait: Asked = { info: () => FOREIGN }

/** Can say what is waited for. */
export interface Asked {
  info(): WaitInfo
}

export type TaskEnd = "returned" | "failed" | "cancelled" | "left behind"

export interface Observer {
  taskCreated?(task: TaskInfo, parent: TaskInfo | undefined, time: number): void
  /** The task's code runs from here. */
  taskResumed?(task: TaskInfo, time: number): void
  /** The first step of an eager task is back at its maker's, which goes on within its own. */
  taskHandsBack?(task: TaskInfo, time: number): void
  /** With `FOREIGN`, when the microtasks are over: nothing tells when that promise settles. */
  taskParked?(task: TaskInfo, on: WaitInfo, time: number): void
  /**
   * What the task waits for has come, and it stands in the ready queue. Of what has come
   * before the task parks nothing is told.
   *
   * @param by - the task whose code brought it; undefined for the loop and the host
   */
  taskWoken?(task: TaskInfo, by: TaskInfo | undefined): void
  /** Somebody asked the task to cancel. */
  cancelRequested?(task: TaskInfo, request: CancelRequest, by: TaskInfo | undefined): void
  /** @param reason - the error of a task that failed or was cancelled */
  taskDone?(task: TaskInfo, how: TaskEnd, time: number, reason?: unknown): void
  /** A callback of the user's is about to be called by its loop. */
  handleBegun?(name: string, time: number, callback: CallbackInfo): void
  handleDone?(name: string, time: number, callback: CallbackInfo): void

  // Of workers, in seconds of the host's clock: they serve tasks of any loop.

  workerStarted?(worker: WorkerInfo, time: number): void
  /** It can take its first job. */
  workerReady?(worker: WorkerInfo, time: number): void
  /** @param how - `ended` by its pool, which could not wait for it */
  workerGone?(worker: WorkerInfo, how: WorkerEnd, time: number): void
  /** A job waits for a worker, told within the call of the code that wants it; again after a crash. */
  jobQueued?(job: JobInfo, time: number): void
  /** A worker has got it; of a job that need not wait this is the first that is told, within that call. */
  jobBegun?(job: JobInfo, worker: WorkerInfo, time: number): void
  /** @param reason - the error of a job that failed or crashed */
  jobEnded?(job: JobInfo, how: JobEnd, time: number, reason?: unknown): void

  // What follows is told in the midst of the program's own call, so that the stack shows its place.

  coroutineMade?(coroutine: object): void
  futureMade?(future: object): void
  callbackMade?(callback: CallbackInfo): void
  /** A line of `frame` awaits a wait or a coroutine, told from within `then`. */
  lineParked?(frame: object, on: object): void
  /** A line of `frame` is told the outcome of what it awaited; undefined unless that is an error. */
  lineResumed?(frame: object, error: unknown): void
  /** The code of `frame` has ended, and nothing of that was told yet. */
  bodyEnded?(frame: object, outcome: "returned" | "threw"): void
}

/**
 * An observer that may stay on: nothing is made for it and no clock is read, since it asks for
 * what it wants to know. Nobody catches what it throws.
 */
export interface Tap extends Required<Omit<Observer, keyof Steps>>, Steps {
  /** It hears nothing of what is told in the midst of the program's own call. */
  readonly withoutLines?: true
  /** While this is above 0 it need not be told that a task goes on: it takes that from what the task does next. */
  readonly spare: number
}

interface Steps {
  taskCreated(task: TaskInfo, parent: TaskInfo | undefined): void
  taskResumed(task: TaskInfo): void
  taskHandsBack(task: TaskInfo): void
  taskParked(task: TaskInfo, on: Asked): void
  taskWoken(task: TaskInfo, by: TaskInfo | undefined, from: Asked): void
  taskDone(task: TaskInfo, how: TaskEnd, reason?: unknown): void
  handleBegun(name: string, callback: CallbackInfo): void
  handleDone(name: string, callback: CallbackInfo): void
  /** A loop begins to run, beside others or after them. */
  started(): void
  /**
   * A loop has nothing to do, lets the host round or has stopped: what a clock said before is old.
   *
   * @param worked - whether it is told as the loop's own work ends; else the host was round
   */
  rested(worked: boolean): void
  /** An exception handler is told of something. */
  failureTold(exception: unknown): void
}

/** Whom to tell, or null. Read it before building what would be told. */
export let observer: Tap | null = null
/** The same for what the code of a line makes, awaits and gets, which is told with each switch. */
export let lineObserver: Tap | null = null
const observers = new Set<Observer>()
const taps = new Set<Tap>()

/** Adds an observer; the returned function takes it off. */
export function observe(added: Observer): () => void {
  return add(observers, added)
}

/** The same for one that stays on; alone it is told directly. */
export function tap(added: Tap): () => void {
  return add(taps, added)
}

function add<O>(to: Set<O>, added: O): () => void {
  const take = (): void => {
    to.delete(added)
    choose()
  }
  to.add(added)
  choose()
  return take
}

function choose(): void {
  const [first, second] = taps
  observer = observers.size > 0 || second !== undefined ? fanOut : (first ?? null)
  lineObserver = observer?.withoutLines === true ? null : observer
}

function tell(call: (to: Observer) => void): void {
  for (const to of observers) {
    try {
      call(to)
    } catch (error) {
      observers.delete(to)
      choose()
      try {
        host.report("An observer threw and was taken off:", error)
      } catch {
        // Even the console fails: nobody is left to tell.
      }
    }
  }
}

/** Tells the taps and, with the time and what is waited for, the others. */
const fanOut: Tap = {
  spare: 0,
  taskCreated(task, parent) {
    for (const to of taps) to.taskCreated(task, parent)
    const time = timeOf(task.loop)
    tell((to) => to.taskCreated?.(task, parent, time))
  },
  taskResumed(task) {
    for (const to of taps) to.taskResumed(task)
    const time = timeOf(task.loop)
    tell((to) => to.taskResumed?.(task, time))
  },
  taskHandsBack(task) {
    for (const to of taps) to.taskHandsBack(task)
    const time = timeOf(task.loop)
    tell((to) => to.taskHandsBack?.(task, time))
  },
  taskParked(task, on) {
    for (const to of taps) to.taskParked(task, on)
    const time = timeOf(task.loop)
    const info = on.info()
    tell((to) => to.taskParked?.(task, info, time))
  },
  taskWoken(task, by, from) {
    for (const to of taps) to.taskWoken(task, by, from)
    tell((to) => to.taskWoken?.(task, by))
  },
  taskDone(task, how, reason) {
    for (const to of taps) to.taskDone(task, how, reason)
    const time = timeOf(task.loop)
    tell((to) => to.taskDone?.(task, how, time, reason))
  },
  handleBegun(name, callback) {
    for (const to of taps) to.handleBegun(name, callback)
    const time = timeOf(callback.loop)
    tell((to) => to.handleBegun?.(name, time, callback))
  },
  handleDone(name, callback) {
    for (const to of taps) to.handleDone(name, callback)
    const time = timeOf(callback.loop)
    tell((to) => to.handleDone?.(name, time, callback))
  },
  ...(Object.fromEntries(
    // The others are told alike, and are rare or have only observers that are slow themselves.
    ([
      "cancelRequested", "workerStarted", "workerReady", "workerGone", "jobQueued", "jobBegun", "jobEnded",
      "coroutineMade", "futureMade", "callbackMade", "lineParked", "lineResumed", "bodyEnded",
      "started", "rested", "failureTold",
    ] as const).map((name) => [name, (...told: never[]): void => {
      const call = (to: { readonly [key in typeof name]?: (...told: never[]) => void }): void => to[name]?.(...told)
      for (const to of taps) call(to)
      tell(call)
    }]),
  ) as Pick<Tap, Exclude<keyof Tap, (keyof Observer & keyof Steps) | "spare" | "withoutLines">>), // one for each name
}

function timeOf(loop: object): number {
  return (loop as { clock: { time(): number } }).clock.time() // every loop has one
}
