/**
 * Steps and callbacks that keep the loop, and everybody on it, from going on.
 */
import type { EventLoop } from "../core/event-loop.ts"
import { FOREIGN, type CallbackInfo, type Observer, type TaskInfo } from "../core/observer.ts"
import { awaits, origins, type AwaitPlace } from "../core/place.ts"
import { host } from "../host/host.ts"

/** A step that has not ended. */
interface Step {
  since: number
  /** When an eager task's code was back at its maker's, which runs since then. */
  back: number | undefined
}

/** Invariant: `#steps` holds the tasks whose code runs. */
export class SlowSteps implements Observer {
  readonly #steps = new Map<TaskInfo, Step>()
  #callbackSince = 0
  /** Where the code that ran last came to an await. */
  #end: AwaitPlace | undefined

  taskResumed(task: TaskInfo, time: number): void {
    this.#steps.set(task, { since: time, back: undefined })
    this.#end = undefined
  }

  taskHandsBack(task: TaskInfo, time: number): void {
    const step = this.#steps.get(task)
    if (step === undefined) return
    step.back = time
    // What it took is told of it, and not of its makers again.
    for (const [other, around] of this.#steps) {
      if (other.loop === task.loop && around.back === undefined) around.since += time - step.since
    }
  }

  lineParked(frame: object): void {
    this.#end = awaits.get(frame)
  }

  taskParked(task: TaskInfo, on: object, time: number): void {
    this.#stepOver(task, time, () => {
      const place = on === FOREIGN ? "of a promise" : this.#end?.line.replace(/^at (async )?/, "in ")
      return place === undefined ? undefined : `up to the await ${place}`
    })
  }

  taskDone(task: TaskInfo, _how: string, time: number): void {
    this.#stepOver(task, time, () => "up to its end")
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

  #stepOver(task: TaskInfo, time: number, where: () => string | undefined): void {
    const step = this.#steps.get(task)
    if (step === undefined) return
    this.#steps.delete(task)
    for (const [other, inside] of step.back === undefined ? this.#steps : []) {
      if (other.loop !== task.loop || inside.back === undefined) continue
      // Those that it has made go on only now.
      inside.since += time - inside.back
      inside.back = undefined
    }
    const took = (step.back ?? time) - step.since
    if (isSlow(task.loop, took)) warn(`task '${task.taskName}' (${task.name})`, took, where())
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
