/**
 * One sentence for each switch of tasks: what happened, when and why.
 */
import { host } from "../host/host.ts"
import { currentFrame } from "../core/frame.ts"
import { observe, type Observer, type TaskEnd, type TaskInfo, type WaitInfo } from "../core/observer.ts"
import { origins, placeOfAwait } from "../core/place.ts"
import { duration } from "./time-axis.ts"

/** Where the sentences go. */
export interface ExplainOptions {
  /** Standard error by default. */
  readonly print?: ((sentence: string) => void) | undefined
}

/**
 * Tells what the loops do, as they do it: `asyncio-ts run --explain` for a program's own use.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { Explainer } from "asyncio-ts/inspect"
 *
 * const sentences: string[] = []
 * const explainer = new Explainer({ print: (sentence) => sentences.push(sentence) }).start()
 * await asyncio.run(() => asyncio.sleep(0.01), { name: "nap" })
 * explainer.stop()
 * console.log(sentences.filter((sentence) => sentence.endsWith("nap starts")).length) // -> 1
 * ```
 *
 * Invariant: `#waits` holds what each task waits for, from its parking to its next step, and
 * `#unbegun` the tasks whose code has not run yet; of tasks that are older neither may know.
 */
export class Explainer implements Observer {
  readonly #print: (sentence: string) => void
  readonly #waits = new Map<number, { readonly on: string; readonly since: number }>()
  readonly #unbegun = new Set<number>()
  readonly #loops = new WeakMap<object, { readonly number: number; readonly start: number }>()
  #count = 0
  #place: string | undefined

  #leave: (() => void) | null = null

  constructor({ print = (sentence) => host.report(sentence) }: ExplainOptions = {}) {
    this.#print = print
  }

  /** Begins to tell, or goes on; gives this explainer. */
  start(): this {
    if (this.#leave !== null) return this
    this.#leave = observe(this)
    // What is registered with a loop are tasks as observers see them.
    for (const task of currentFrame()?.loop.tasks ?? []) if (!(task as unknown as TaskInfo).begun) this.#unbegun.add((task as unknown as TaskInfo).id)
    return this
  }

  /** Stops telling. */
  stop(): void {
    this.#leave?.()
    this.#leave = null
    this.#waits.clear()
    this.#unbegun.clear()
  }

  taskCreated(task: TaskInfo, parent: TaskInfo | null | undefined, time: number): void {
    if (!task.begun) this.#unbegun.add(task.id)
    if (task.begun) this.#say(task, time, `${named(task)} goes on for nobody: it awaits a promise that nobody can interrupt`)
    else if (parent === null || parent === undefined) this.#say(task, time, `${named(task)} is made: it will run when its turn comes`)
    else this.#say(task, time, `${named(task)} is made by ${named(parent)}: it will run when its turn comes`)
  }

  taskResumed(task: TaskInfo, time: number): void {
    const waited = this.#waits.get(task.id)
    this.#waits.delete(task.id)
    if (this.#unbegun.delete(task.id)) this.#say(task, time, `${named(task)} starts`)
    else if (waited === undefined) this.#say(task, time, `${named(task)} goes on`)
    else this.#say(task, time, `${named(task)} goes on, since ${waited.on} is over after ${duration(time - waited.since)}`)
  }

  coroutineMade(coroutine: object): void {
    origins.takeOf(coroutine)
  }

  lineParked(_frame: object, on: object): void {
    const { line, ours } = placeOfAwait(on)
    this.#place = ours ? undefined : /([^/\\(]+:\d+):\d+\)?$/.exec(line)?.[1]
  }

  taskParked(task: TaskInfo, on: WaitInfo, time: number): void {
    const what = described(on)
    const where = this.#place === undefined ? "" : ` (${this.#place})`
    this.#place = undefined
    this.#waits.set(task.id, { on: what, since: time })
    this.#say(task, time, `${named(task)} pauses at ${what}${where}; others may run`)
  }

  taskDone(task: TaskInfo, how: TaskEnd, time: number, reason: unknown): void {
    this.#waits.delete(task.id)
    this.#unbegun.delete(task.id)
    const why = reason instanceof Error ? `: ${reason.message === "" ? reason.name : reason.message}` : ""
    const ends = { returned: "has ended", failed: `has failed${why}`, cancelled: `has ended, cancelled${why}`, "left behind": `is given up${why}` }
    this.#say(task, time, `${named(task)} ${ends[how]}`)
  }

  handleBegun(name: string, time: number, { loop }: { readonly loop: object }): void {
    this.#say({ loop }, time, `the loop calls ${name === "callback" ? "a callback" : `the callback ${name}`}`)
  }

  #say({ loop }: { readonly loop: object }, time: number, sentence: string): void {
    let known = this.#loops.get(loop)
    if (known === undefined) {
      this.#count += 1
      known = { number: this.#count, start: time }
      this.#loops.set(loop, known)
      this.#print(`${stamp(0)}  ${this.#count === 1 ? "a loop" : `loop ${this.#count}`} begins`)
    }
    const loopName = this.#count > 1 ? ` [loop ${known.number}]` : ""
    this.#print(`${stamp(time - known.start)} ${loopName} ${sentence}`)
  }
}

function stamp(seconds: number): string {
  return `${seconds.toFixed(3).padStart(8)} s`
}

function named({ taskName, name }: TaskInfo): string {
  const unnamed = /^Task-\d+$/.test(taskName) && name !== "function"
  return unnamed ? `${taskName} (${name})` : taskName
}

function described({ kind, detail }: WaitInfo): string {
  const what = kind === "promise" ? "a promise" : kind
  return detail === undefined ? what : `${what} ${detail}`
}
