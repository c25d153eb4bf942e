/**
 * The seam for observers: what the runtime tells whoever watches a program run.
 *
 * Debug mode, the recorder, the inspector and tracing are observers and live outside the
 * core. Without one, an event costs a comparison with null. An observer that throws is
 * taken off and its error reported: it never takes the loop down.
 */
import { host } from "../host/host.ts"

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

/** A callback of the user's. */
export interface CallbackInfo {
  readonly loop: object
}

/** Something that is not of this library, such as a native promise. */
export const FOREIGN: WaitInfo = { kind: "promise" }

export type TaskEnd = "returned" | "failed" | "cancelled" | "left behind"

export interface Observer {
  taskCreated?(task: TaskInfo, parent: TaskInfo | undefined, time: number): void
  /** The task's code runs from here. */
  taskResumed?(task: TaskInfo, time: number): void
  /** The first step of an eager task is back at its maker's, which goes on within its own. */
  taskHandsBack?(task: TaskInfo, time: number): void
  /** With `FOREIGN`, when the microtasks are over: nothing tells when that promise settles. */
  taskParked?(task: TaskInfo, on: WaitInfo, time: number): void
  /** @param reason - the error of a task that failed or was cancelled */
  taskDone?(task: TaskInfo, how: TaskEnd, time: number, reason?: unknown): void
  /** A callback of the user's is about to be called by its loop. */
  handleBegun?(name: string, time: number, callback: CallbackInfo): void
  handleDone?(name: string, time: number, callback: CallbackInfo): void

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

/** The observer to tell, or null. Read it before building what would be told. */
export let observer: Required<Observer> | null = null
const observers = new Set<Observer>()

/** Adds an observer; the returned function takes it off. */
export function observe(added: Observer): () => void {
  observers.add(added)
  observer = fanOut
  return () => {
    observers.delete(added)
    if (observers.size === 0) observer = null
  }
}

function tell(call: (to: Observer) => void): void {
  for (const to of observers) {
    try {
      call(to)
    } catch (error) {
      observers.delete(to)
      if (observers.size === 0) observer = null
      try {
        host.report("An observer threw and was taken off:", error)
      } catch {
        // Even the console fails: nobody is left to tell.
      }
    }
  }
}

const fanOut: Required<Observer> = {
  taskCreated: (task, parent, time) => tell((to) => to.taskCreated?.(task, parent, time)),
  taskResumed: (task, time) => tell((to) => to.taskResumed?.(task, time)),
  taskHandsBack: (task, time) => tell((to) => to.taskHandsBack?.(task, time)),
  taskParked: (task, on, time) => tell((to) => to.taskParked?.(task, on, time)),
  taskDone: (task, how, time, reason) => tell((to) => to.taskDone?.(task, how, time, reason)),
  handleBegun: (name, time, callback) => tell((to) => to.handleBegun?.(name, time, callback)),
  handleDone: (name, time, callback) => tell((to) => to.handleDone?.(name, time, callback)),
  coroutineMade: (coroutine) => tell((to) => to.coroutineMade?.(coroutine)),
  futureMade: (future) => tell((to) => to.futureMade?.(future)),
  callbackMade: (callback) => tell((to) => to.callbackMade?.(callback)),
  lineParked: (frame, on) => tell((to) => to.lineParked?.(frame, on)),
  lineResumed: (frame, error) => tell((to) => to.lineResumed?.(frame, error)),
  bodyEnded: (frame, outcome) => tell((to) => to.bodyEnded?.(frame, outcome)),
}
