/**
 * The job that this worker runs; a worker runs one at a time.
 */
import { RuntimeError } from "../../errors/misuse.ts"
import type { HostAbortSignal } from "../../host/host.ts"
import { currentTask } from "../../core/running.ts"
import type { JobProgress } from "./job-progress.ts"
import type { Parent } from "./parent.ts"
import type { ParentCalls } from "./parent-calls.ts"

/** What code inside a job may ask of it. */
export interface JobFacts {
  readonly name: string
  readonly parent: Parent
  readonly calls: ParentCalls
  readonly progress: JobProgress
}

// In the platform's registry, so that a job that loads another copy of this package finds it.
const slot: unique symbol = Symbol.for("asyncio-ts.job") as never // the declaration needs a symbol of its own
const worker = globalThis as { [slot]?: JobFacts | undefined }

/** The job that runs, or undefined outside a worker. */
export function currentJob(): JobFacts | undefined {
  return worker[slot]
}

/** For the worker's own program. */
export function setCurrentJob(job: JobFacts | undefined): void {
  worker[slot] = job
}

/** Signals whose `aborted` looks for messages. */
const watched = new WeakSet<HostAbortSignal>()

/**
 * The signal that aborts when whoever waits for this code wants it to end.
 *
 * In a job in a thread it can be asked from a loop that never awaits: `aborted` and
 * `throwIfAborted()` then look for a request by themselves, for some nanoseconds. A process
 * cannot be looked into like that: there a job hears of the request at its next `await`, and a
 * loop without one is ended after the grace period. Outside a job it is the signal of the
 * current task.
 *
 * @throws RuntimeError outside any task
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const endless = async () => {
 *     const { currentSignal } = await import("asyncio-ts/executors")
 *     const signal = currentSignal()
 *     let n = 0
 *     while (!signal.aborted) n += 1
 *     return n
 *   }
 *   const late = asyncio.waitFor(asyncio.toThread(endless), 0.5)
 *   console.log(await late.catch((error: Error) => error.name)) // -> TimeoutError
 * })
 * ```
 */
export function currentSignal(): HostAbortSignal {
  const task = currentTask()
  if (task === undefined) throw new RuntimeError("a callback belongs to no task, so nobody can ask it to end; use currentSignal() in a task or a job")
  const { signal } = task
  const parent = currentJob()?.parent
  if (parent?.canPoll === true && !watched.has(signal)) watch(signal, parent)
  return signal
}

function watch(signal: HostAbortSignal, parent: Parent): void {
  watched.add(signal)
  const prototype = Object.getPrototypeOf(signal) as AbortSignal
  const aborted = Object.getOwnPropertyDescriptor(prototype, "aborted")?.get as () => boolean // the platform defines it as a getter
  Object.defineProperties(signal, {
    aborted: {
      configurable: true,
      get(): boolean {
        parent.poll()
        return aborted.call(signal)
      },
    },
    throwIfAborted: {
      configurable: true,
      value(): void {
        parent.poll()
        prototype.throwIfAborted.call(signal)
      },
    },
  })
}

/**
 * Tells whoever waits for this job how far it is: any value that can be cloned.
 *
 * It is a state and no stream: the latest value wins. At most 50 a second are told, and the
 * last one always is. Outside a job it does nothing, so the same function runs anywhere.
 *
 * @throws TypeError for what cannot be cloned
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { InterpreterPoolExecutor } from "asyncio-ts/executors"
 *
 * await asyncio.run(async () => {
 *   const pool = new InterpreterPoolExecutor({ maxWorkers: 1 })
 *   const heard: unknown[] = []
 *   const count = async (to: number) => {
 *     const { reportProgress } = await import("asyncio-ts/executors")
 *     for (let n = 1; n <= to; n += 1) reportProgress(n)
 *   }
 *   await pool.with({ onProgress: (n) => heard.push(n) }).submit(count, 1000)
 *   console.log(heard.at(-1)) // -> 1000
 *   await pool.shutdown()
 * })
 * ```
 */
export function reportProgress(value: unknown): void {
  currentJob()?.progress.report(value)
}
