import { createHash, randomUUID } from "node:crypto"
import type { CancelRequest } from "../../core/cancel-request.ts"
import type { Scheduler } from "../../core/scheduler.ts"
import type { BackoffOptions } from "../../flow/backoff.ts"
import { host } from "../../host/host.ts"
import type { CancelMode, JobListener } from "../pool/job.ts"
import type { ErrorClass } from "../wire/wire-error.ts"
import type { JobData } from "./job-data.ts"

/** What a job on other machines is made of. */
export interface RemotePlan {
  /** In the queue: the module's and the export's. */
  readonly name: string
  /** For people. */
  readonly label: string
  readonly payload: string
  readonly shape: JobData["shape"]
  readonly errors: readonly ErrorClass[] | undefined
  readonly cancel: CancelMode
  readonly grace: number | undefined
  readonly retries: number
  readonly backoff: BackoffOptions | undefined
  /** Seconds from the call. */
  readonly deadline: number | undefined
  readonly key: string | undefined
  readonly priority: number
  /** Seconds. */
  readonly delay: number
}

const LONGEST_ID = 200
let counter = 0

/**
 * One call on its way to another machine and back, at the caller's.
 *
 * Invariants: the listener is told one outcome at most, and none once it is off; its timer runs
 * only until then.
 */
export class RemoteJob {
  /** In Redis. With a key it is the key's, so that the queue takes it once. */
  readonly id: string
  readonly number: number
  readonly plan: RemotePlan
  readonly loop: Scheduler
  readonly made = host.now()
  /** On the wall, in milliseconds: what other machines can be told. */
  readonly deadlineAt: number | undefined
  /** `outbox`: still here; `sending`; `sent`: in the queue, or on its way back to it; `running`: with a worker. */
  state: "outbox" | "sending" | "sent" | "running" | "done" = "outbox"
  begun = 0
  /** Asked to end by its caller. */
  request: CancelRequest | null = null
  /** How often it was not found in Redis. */
  missed = 0
  #listener: JobListener | null
  #timer: unknown = null

  constructor(plan: RemotePlan, loop: Scheduler, listener: JobListener) {
    counter += 1
    this.number = counter
    this.plan = plan
    this.loop = loop
    this.#listener = listener
    this.id = plan.key === undefined ? `${plan.name}~${randomUUID()}` : keyedId(plan.name, plan.key)
    this.deadlineAt = plan.deadline === undefined ? undefined : Date.now() + plan.deadline * 1000
  }

  get listened(): boolean {
    return this.#listener !== null
  }

  /** Calls back when its deadline has come, unless it is done before. */
  whenLate(callback: () => void): void {
    const { deadline } = this.plan
    if (deadline !== undefined && deadline !== Infinity) this.#timer = host.setTimer(deadline, callback)
  }

  /** Nobody waits any more; it is where it is all the same. */
  unlisten(): void {
    this.#off()
  }

  returned(value: unknown): void {
    this.state = "done"
    this.#off()?.returned(value)
  }

  failed(error: unknown): void {
    this.state = "done"
    this.#off()?.failed(error)
  }

  progress(value: unknown): void {
    this.#listener?.progress?.(value)
  }

  toString(): string {
    return `job #${this.number} '${this.plan.label}'`
  }

  #off(): JobListener | null {
    const listener = this.#listener
    this.#listener = null
    if (this.#timer !== null) host.clearTimer(this.#timer)
    this.#timer = null
    return listener
  }
}

// BullMQ parts names by colons, and takes no number for a name.
function keyedId(name: string, key: string): string {
  const id = `${name}.${encodeURIComponent(key.toWellFormed())}`
  return id.length <= LONGEST_ID ? id : `${id.slice(0, LONGEST_ID - 44)}~${digest(key)}`
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url")
}
