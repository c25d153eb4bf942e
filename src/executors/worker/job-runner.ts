/**
 * Runs the jobs of a worker, each as a task of the worker's own loop.
 */
import { host } from "../../host/host.ts"
import { atRoot } from "../../host/node.ts"
import { EventLoop } from "../../core/event-loop.ts"
import { cancelFor, listen, takeCancelledError } from "../../core/future.ts"
import { allTasks, currentTask } from "../../core/running.ts"
import type { Task } from "../../core/task.ts"
import { ignore } from "../../core/wait.ts"
import { explainMissing } from "../function-job/compile-function.ts"
import { isThenable } from "../../structures/arguments.ts"
import type { EachResult, RunMessage, ToWorker } from "../wire/messages.ts"
import { takeTransfers } from "../wire/transfer.ts"
import { refusal, refuseLost } from "../wire/uncloneable.ts"
import { encodeError } from "../wire/wire-error.ts"
import type { PoolSettings } from "../pool/pool-settings.ts"
import { setCurrentJob, type JobFacts } from "./current-job.ts"
import { eachItem, postResults } from "./each-item.ts"
import { enterContext } from "./enter-context.ts"
import { JobItems } from "./job-items.ts"
import { JobProgress } from "./job-progress.ts"
import type { Parent } from "./parent.ts"
import { ParentCalls } from "./parent-calls.ts"
import { resolveWork } from "./resolve-work.ts"

interface RunningJob extends JobFacts {
  readonly message: RunMessage
  readonly task: Task<void>
  readonly items: JobItems | null
  /** Its result was posted. */
  answered: boolean
}

/** Invariant: a job is in `#jobs` from its message until its outcome was posted, once. */
export class JobRunner {
  readonly #parent: Parent
  readonly #loop = new EventLoop()
  readonly #jobs = new Map<number, RunningJob>()
  readonly #calls: ParentCalls

  constructor(parent: Parent) {
    this.#parent = parent
    this.#calls = new ParentCalls(parent, this.#loop)
    void this.#loop.runForever()
  }

  /** Runs what each worker runs before its first job, and tells that it is ready. */
  async initialize(initializer: PoolSettings["initializer"]): Promise<void> {
    if (initializer === undefined) {
      this.#parent.post({ kind: "ready" })
      return
    }
    const { work, args } = initializer
    const task = this.#loop.createTask(async () => {
      const fn = await resolveWork(work)
      await fn(...args)
    }, { name: "initializer" })
    task.addDoneCallback(() => {
      const error = task.cancelled() ? new Error("the initializer was cancelled") : task.exception()
      if (error === undefined) {
        this.#parent.post({ kind: "ready" })
        return
      }
      this.#parent.post({ kind: "failed", id: 0, error: encodeError(error) })
      // The message is on its way when the port or the pipe has been written to.
      setImmediate(() => process.exit(1))
    })
  }

  /** A message has come while nothing ran. */
  called(message: ToWorker): void {
    this.#loop.calledByHost = true
    try {
      this.received(message)
    } finally {
      this.#loop.calledByHost = false
    }
  }

  received(message: ToWorker): void {
    switch (message.kind) {
      case "run":
        this.#run(message)
        break
      case "cancel":
        this.#cancel(message)
        break
      case "more":
        this.#jobs.get(message.id)?.items?.more(message.count)
        break
      case "answer":
      case "refusal":
        this.#calls.answered(message)
        break
      case "end":
        process.exit(0)
    }
  }

  #run(message: RunMessage): void {
    const { id, name, shape } = message
    const items = shape === "items" ? new JobItems(this.#parent, id, this.#loop) : null
    const progress = new JobProgress(this.#parent, message)
    const facts: JobFacts = { parent: this.#parent, calls: this.#calls, progress, name }
    setCurrentJob(facts)
    const task = this.#loop.createTask(() => this.#perform(message, items), { name })
    this.#jobs.set(id, { ...facts, message, task, items, answered: false })
    task[listen]({ futureDone: () => this.#finished(id) })
  }

  #cancel({ id, reason, requestedBy }: Extract<ToWorker, { readonly kind: "cancel" }>): void {
    this.#jobs.get(id)?.task[cancelFor]({ message: reason, requestedBy, requestedAt: undefined })
  }

  // No async function: a job that is none either is done within one turn.
  #perform(message: RunMessage, items: JobItems | null): void | Promise<void> {
    const found = resolveWork(message.work)
    return isThenable(found) ? this.#load(found, message, items) : this.#call(found, message, items)
  }

  async #load(found: Promise<(...args: readonly unknown[]) => unknown>, message: RunMessage, items: JobItems | null): Promise<void> {
    const fn = await found
    if (this.#jobs.has(message.id)) await this.#call(fn, message, items)
  }

  #call(fn: (...args: readonly unknown[]) => unknown, message: RunMessage, items: JobItems | null): void | Promise<void> {
    const { args, shape, context, name } = message
    enterContext(context)
    const value = shape === "each" ? eachItem(fn, args, name) : fn(...args)
    if (items !== null || isThenable(value) || this.#loop.tasks.size > this.#jobs.size) return this.#wait(value, message, items)
    this.#return(value, message)
  }

  readonly #rest = (): void => {
    // In no async context: the next job is not this one's.
    if (this.#jobs.size === 0 && this.#loop.tasks.size === 0 && this.#loop.idle) atRoot(() => this.#parent.rest())
  }

  async #wait(given: unknown, message: RunMessage, items: JobItems | null): Promise<void> {
    const value = items === null ? await given : await items.post(given, message.name)
    // Left behind at a foreign promise: the job was cancelled, and by now another one may run.
    if (!this.#jobs.has(message.id)) return
    if (this.#loop.tasks.size > this.#jobs.size) await this.#endLeftTasks()
    this.#return(value, message)
  }

  /** Tasks that a job has begun and not awaited end with it, as those of a program do. */
  async #endLeftTasks(): Promise<void> {
    const own = currentTask()
    const left = [...allTasks(this.#loop)].filter((task) => task !== own && !this.#loop.leftBehind.has(task))
    for (const task of left) task[cancelFor]({ message: "the job has ended", requestedBy: "its worker", requestedAt: undefined })
    for (const task of left) await task.catch(ignore)
  }

  #return(value: unknown, { id, name, shape }: RunMessage): void {
    const job = this.#jobs.get(id) as RunningJob // it is there until it has ended
    refuseItems(value, name)
    job.progress.flush()
    if (shape === "each") postResults(this.#parent, id, value as EachResult, name) // what eachItem gives
    else this.#post(id, value, name)
    job.answered = true
  }

  #post(id: number, value: unknown, name: string): void {
    const attempt = `cannot give back the result of '${name}'`
    const sent = { name: "result", boundary: this.#parent.canPoll ? "thread" : "process" } as const
    refuseLost(attempt, [value], sent)
    try {
      this.#parent.post({ kind: "returned", id, value }, takeTransfers([value]))
    } catch (error) {
      throw refusal(attempt, [value], error, sent)
    }
  }

  #finished(id: number): void {
    const job = this.#jobs.get(id)
    if (job === undefined) return
    if (job.answered || this.#loop.tasks.size < this.#jobs.size) {
      this.#end(id, job)
      return
    }
    // It failed, and what it began is still there.
    const ending = this.#loop.createTask(() => this.#endLeftTasks(), { name: "shutdown" })
    ending[listen]({ futureDone: () => this.#end(id, job) })
  }

  #end(id: number, { task, progress, message, answered }: RunningJob): void {
    this.#jobs.delete(id)
    setCurrentJob(undefined)
    // Once its promises have settled: a job's own leftovers come first.
    if (this.#jobs.size === 0) host.afterMicrotasks(this.#rest)
    if (answered) return
    progress.flush()
    const { work } = message
    const error = task.cancelled() ? task[takeCancelledError]() : task.exception()
    this.#parent.post({ kind: "failed", id, error: encodeError(work.kind === "function" ? explainMissing(error, work, "toThread") : error) })
  }
}

/** @throws TypeError for a generator, whose items are asked for in another way. */
function refuseItems(value: unknown, name: string): void {
  if (typeof value !== "object" || value === null || typeof (value as { next?: unknown }).next !== "function") return
  throw new TypeError(`'${name}' gives a generator: take its items, with for await (const item of …) or executor.stream(…)`)
}
