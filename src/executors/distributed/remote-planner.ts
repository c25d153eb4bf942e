/**
 * What jobs for other machines are made of: the work, the queue, and the options that hold for it.
 */
import { describe } from "../../structures/arguments.ts"
import { currentContext } from "../../core/ambient.ts"
import { progressCallback } from "../progress-callback.ts"
import type { Scheduler } from "../../core/scheduler.ts"
import { meantCall } from "../module-calls.ts"
import type { ExecutionOptions } from "../execution-options.ts"
import type { JobListener } from "../pool/job.ts"
import { takeTransfers } from "../wire/transfer.ts"
import { refuseLost } from "../wire/uncloneable.ts"
import type { DistributedJobOptions } from "./distributed-options.ts"
import type { JobClient } from "./job-client.ts"
import { jobName, type JobData, type Payload } from "./job-data.ts"
import { moduleName } from "./module-name.ts"
import { encodeValue } from "./payload.ts"
import { RemoteJob } from "./remote-job.ts"

/** An exported function of a module that workers serve, and the options that its module was given. */
export interface RemoteWork {
  readonly module: string
  readonly name: string
  readonly options?: ExecutionOptions
}

/** @throws TypeError for a function that workers cannot know. */
export function remoteWork(fn: unknown, attempt: string): RemoteWork {
  const known = typeof fn === "function" ? meantCall(fn)?.work : undefined
  if (known !== undefined) return { module: moduleName(known.module), name: known.name }
  if (typeof fn !== "function") throw new TypeError(`what ${attempt} takes first is a function of executor.module(…), but ${describe(fn)} was given`)
  const name = fn.name === "" ? "work" : fn.name
  throw new TypeError(
    `cannot ${attempt} ${describe(fn)} on other machines: they run only what their workers serve, never source that is sent to them. ` +
      `Export it from a module, serve that with \`npx asyncio-ts worker ./tasks.ts\`, and call it: ` +
      `executor.module<typeof import("./tasks.ts")>("tasks").${name}(…)`,
  )
}

export class RemotePlanner {
  readonly client: JobClient
  readonly label: string
  readonly #work: RemoteWork
  readonly #options: DistributedJobOptions

  constructor(client: JobClient, work: RemoteWork, options: DistributedJobOptions) {
    this.client = client
    this.label = options.name ?? work.name
    this.#work = work
    this.#options = options
  }

  /** Where its jobs run, for people. */
  get where(): string {
    return `through queue '${this.client.settings.queue}'`
  }

  /** Whether its jobs have a key of the caller's. */
  get keyed(): boolean {
    return this.#options.key !== undefined
  }

  /** @throws TypeError, RangeError for arguments that cannot be sent. */
  job(loop: Scheduler, args: readonly unknown[], shape: JobData["shape"], listener: JobListener): RemoteJob {
    const { module, name } = this.#work
    const attempt = `cannot send ${shape === "each" ? "items" : "the arguments"} of '${this.label}' to another machine`
    refuseLost(attempt, args)
    if (takeTransfers(args).length > 0) throw new TypeError(`${attempt}: nothing can be moved there, only copied; leave out transfer()`)
    const { cancel, grace, retries = 0, backoff, deadline, key, priority = 0, delay = 0, errors } = this.#options
    const payload: Payload = { args, context: this.#context(attempt) }
    const plan = {
      name: jobName(module, name),
      label: this.label,
      payload: encodeValue(payload, this.client.settings.maxPayload, attempt, args),
      shape,
      errors,
      // One with a key may have callers elsewhere: that one goes is no reason to end it.
      cancel: cancel ?? (key === undefined ? "terminate" : "abandon"),
      grace,
      retries,
      backoff,
      deadline,
      key,
      priority,
      delay,
    }
    return new RemoteJob(plan, loop, listener)
  }

  noStream(): TypeError {
    return new TypeError(
      `cannot take the items of '${this.label}' ${this.where}: generators do not cross machines; ` +
        "return a list, call it for a part at a time, or use a pool of this machine",
    )
  }

  /** Calls the user's function in the context of the code that asks for the job. */
  progressIn(loop: Scheduler): ((value: unknown) => void) | undefined {
    return progressCallback(loop, this.#options, this.label)
  }

  #context(attempt: string): Payload["context"] {
    const { context = false } = this.#options
    if (context === false) return undefined
    const chosen = context === true ? null : new Set<unknown>(context)
    const entries: [string, unknown][] = []
    for (const [variable, value] of currentContext().entries()) {
      // All of them means all that can go; of those that are asked for each is to go, or be refused.
      if (chosen === null ? canGo(value) : chosen.has(variable)) entries.push([variable.name, value])
    }
    if (chosen !== null) for (const [name, value] of entries) encodeValue(value, Infinity, attempt, [value], `the context variable '${name}'`)
    return entries
  }
}

function canGo(value: unknown): boolean {
  try {
    encodeValue(value, Infinity, "", [value])
    return true
  } catch {
    return false
  }
}
