/**
 * Steps and callbacks that keep the loop, and everybody on it, from going on.
 */
import type { EventLoop } from "../core/event-loop.ts"
import { FOREIGN, type CallbackInfo, type Observer, type TaskInfo } from "../core/observer.ts"
import { awaits, origins } from "../core/place.ts"
import { host } from "../host/host.ts"

/** Invariant: `#since` holds the tasks whose code runs. */
export class SlowSteps implements Observer {
  readonly #since = new Map<TaskInfo, number>()
  #callbackSince = 0
  /** Where the code that ran last came to an await. */
  #end: string | undefined

  taskResumed(task: TaskInfo, time: number): void {
    this.#since.set(task, time)
    this.#end = undefined
  }

  lineParked(frame: object): void {
    this.#end = awaits.get(frame)?.line
  }

  taskParked(task: TaskInfo, on: object, time: number): void {
    const place = on === FOREIGN ? "of a promise" : this.#end?.replace(/^at (async )?/, "in ")
    this.#stepOver(task, time, place === undefined ? undefined : `up to the await ${place}`)
  }

  taskDone(task: TaskInfo, _how: string, time: number): void {
    this.#stepOver(task, time, "up to its end")
  }

  handleBegun(_name: string, time: number): void {
    this.#callbackSince = time
  }

  handleDone(name: string, time: number, callback: CallbackInfo): void {
    const took = time - this.#callbackSince
    if (!isSlow(callback.loop, took)) return
    const made = origins.get(callback)
    warn(`callback '${name}'`, took, made === undefined ? undefined : `made ${made}`)
  }

  #stepOver(task: TaskInfo, time: number, where: string | undefined): void {
    const since = this.#since.get(task)
    if (since === undefined) return
    this.#since.delete(task)
    if (!isSlow(task.loop, time - since)) return
    warn(`task '${task.taskName}' (${task.name})`, time - since, where)
  }
}

function isSlow(loop: object, seconds: number): boolean {
  const { slowCallbackDuration } = loop as EventLoop // observers are told of event loops only
  // Times are read from a clock whose last digits are rounded: 0.1 s must not come out as less.
  return (loop as EventLoop).getDebug() && seconds >= slowCallbackDuration - 1e-9
}

function warn(what: string, seconds: number, where: string | undefined): void {
  host.warn(
    `${what} ran for ${seconds.toFixed(3)} s without an await, and nothing else of its loop could: ` +
      `give such work to a thread, or let others run with await sleep(0)` +
      (where === undefined ? "" : `\n    ${where}`),
    "ASYNCIO_SLOW_CALLBACK",
  )
}
