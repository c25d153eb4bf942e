/**
 * What jobs are made of: the work, where it runs, and the options that hold for it.
 */
import { currentContext } from "../core/ambient.ts"
import { progressCallback } from "./progress-callback.ts"
import type { Scheduler } from "../core/scheduler.ts"
import type { ExecutionOptions } from "./execution-options.ts"
import { Job, type JobListener } from "./pool/job.ts"
import type { WorkerPool } from "./pool/worker-pool.ts"
import { isPrimitive } from "./wire/copy-value.ts"
import type { JobShape, WireWork } from "./wire/messages.ts"
import type { Boundary } from "./wire/clone-verdict.ts"
import { takeTransfers } from "./wire/transfer.ts"
import { refusal, refuseLost } from "./wire/uncloneable.ts"

export class JobPlanner {
  readonly pool: WorkerPool
  readonly work: WireWork
  readonly name: string
  readonly #options: ExecutionOptions

  constructor(pool: WorkerPool, work: WireWork, name: string, options: ExecutionOptions) {
    this.pool = pool
    this.work = work
    this.name = options.name ?? name
    this.#options = options
  }

  /** Where its jobs run, for people. */
  get where(): string {
    return `in pool '${this.pool.settings.name}'`
  }

  get #boundary(): Boundary {
    return this.pool.kind.noun === "process" ? "process" : "thread"
  }

  job(args: readonly unknown[], shape: JobShape, listener: JobListener): Job {
    const { settings } = this.pool
    const { cancel = settings.cancel, grace = settings.grace, retries = 0, errors } = this.#options
    refuseLost(`cannot send the arguments of '${this.name}' to a ${this.pool.kind.noun}`, args, { boundary: this.#boundary })
    const transfer = takeTransfers(args)
    if (retries > 0 && transfer.length > 0) {
      throw new TypeError(`cannot move an argument of '${this.name}' that may run again: it is gone after the first time; leave out retries, or copy it`)
    }
    const plan = { work: this.work, name: this.name, shape, context: this.#context(), errors, cancel, grace, retries }
    return new Job(plan, args, transfer, listener)
  }

  /** Calls the user's function in the context of the code that asks for the job. */
  progressIn(loop: Scheduler): ((value: unknown) => void) | undefined {
    return progressCallback(loop, this.#options, this.name)
  }

  #context(): readonly (readonly [name: string, value: unknown])[] | undefined {
    const { context = false } = this.#options
    if (context === false) return undefined
    const entries: [string, unknown][] = []
    const chosen = context === true ? null : new Set<unknown>(context)
    for (const [variable, value] of currentContext().entries()) {
      if (chosen?.has(variable) === false) continue
      try {
        entries.push([variable.name, this.#copy(variable.name, value)])
      } catch (error) {
        // All of them means all that can go; of those that are asked for each is to go, or be refused.
        if (chosen !== null) throw error
      }
    }
    return entries
  }

  /** A copy of now: the job may have to wait, and be begun while the value changes. */
  #copy(variable: string, value: unknown): unknown {
    if (isPrimitive(value)) return value
    const attempt = `cannot send the context of '${this.name}' to a ${this.pool.kind.noun}`
    const sent = { name: `context variable '${variable}'`, boundary: this.#boundary }
    refuseLost(attempt, [value], sent)
    try {
      return this.pool.kind.copy(value, [])
    } catch (error) {
      throw refusal(attempt, [value], error, sent)
    }
  }
}
