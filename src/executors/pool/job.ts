/**
 * One call on its way to a worker and back.
 */
import type { Linked } from "../../structures/linked-list.ts"
import { WorkerCrashError } from "../../errors/worker-errors.ts"
import type { CancelRequest } from "../../core/cancel-request.ts"
import { CallbackContext } from "../../core/callback-context.ts"
import { currentFrame } from "../../core/frame.ts"
import { observer } from "../../core/observer.ts"
import { isCancellation } from "../../errors/cancelled-error.ts"
import { host } from "../../host/host.ts"
import type { ErrorClass } from "../wire/wire-error.ts"
import type { JobShape, ToWorker, WireWork } from "../wire/messages.ts"
import type { Transferable } from "../wire/transfer.ts"

/** What becomes of the caller and of the job when the wait for it is cancelled. */
export type CancelMode = "terminate" | "abandon" | "wait"

/** Whom a job tells of its outcome, once. */
export interface JobListener {
  returned(value: unknown): void
  failed(error: unknown): void
  readonly item?: ((value: unknown) => void) | undefined
  readonly progress?: ((value: unknown) => void) | undefined
}

/** Where a job runs. */
export interface JobPlace {
  /** Asks it to end. */
  cancel(job: Job, request: CancelRequest): void
  /** Tells it something. */
  tell(message: ToWorker): void
}

/** What a job is made of. */
export interface JobPlan {
  readonly work: WireWork
  readonly name: string
  readonly shape: JobShape
  readonly context: readonly (readonly [name: string, value: unknown])[] | undefined
  readonly errors: readonly ErrorClass[] | undefined
  readonly cancel: CancelMode
  /** Seconds from the request to end until the worker is ended. */
  readonly grace: number
  /** How often it may run again after its worker died. */
  readonly retries: number
}

let counter = 0

/**
 * Invariants: it is in the queue exactly while "queued", and its seat's exactly while
 * "running"; the listener is told one outcome at most, and none once it is off.
 */
export class Job implements Linked<Job> {
  readonly id: number
  readonly plan: JobPlan
  readonly made = host.now()
  /** Where it was asked for: what it calls on its parent's loop runs there. */
  readonly origin = originNow()
  previous: Job | null = null
  next: Job | null = null
  state: "new" | "queued" | "running" | "done" = "new"
  seat: JobPlace | null = null
  /** When it began, in seconds of the host's clock. */
  begun = 0
  /** How often its worker died. */
  crashes = 0
  /** Copies, once it had to wait: what the caller changes meanwhile is not seen. Nothing any more once it need not be sent again. */
  args: readonly unknown[]
  transfer: readonly Transferable[]
  /** Asked to end by its caller. */
  request: CancelRequest | null = null
  #listener: JobListener | null
  /** Whether an item has come: run again, it would give all of them twice. */
  #begunToGive = false

  constructor(plan: JobPlan, args: readonly unknown[], transfer: readonly Transferable[], listener: JobListener) {
    counter += 1
    this.id = counter
    this.plan = plan
    this.args = args
    this.transfer = transfer
    this.#listener = listener
  }

  get name(): string {
    return this.plan.name
  }

  get listened(): boolean {
    return this.#listener !== null
  }

  get wantsProgress(): boolean {
    return this.#listener?.progress !== undefined
  }

  /** Was sent for the last time: what it is called with need not be kept. */
  letGo(): void {
    this.args = []
    this.transfer = []
  }

  /** Nobody waits any more. */
  unlisten(): void {
    this.#listener = null
  }

  returned(value: unknown): void {
    this.#end()?.returned(value)
  }

  failed(error: unknown): void {
    // Of one that runs its seat tells.
    if (observer !== null && this.state === "queued") observer.jobEnded(this, isCancellation(error) ? "cancelled" : "failed", host.now(), error)
    this.#end()?.failed(error)
  }

  item(value: unknown): void {
    this.#begunToGive = true
    this.#listener?.item?.(value)
  }

  progress(value: unknown): void {
    this.#listener?.progress?.(value)
  }

  /** Its worker has died: whether it is to run again. */
  mayRetry(): boolean {
    this.crashes += 1
    return this.crashes <= this.plan.retries && this.#listener !== null && this.request === null && !this.#begunToGive
  }

  toString(): string {
    return `job #${this.id} '${this.plan.name}'`
  }

  #end(): JobListener | null {
    const listener = this.#listener
    this.#listener = null
    this.state = "done"
    this.seat = null
    this.letGo()
    return listener
  }
}

function originNow(): CallbackContext | undefined {
  const loop = currentFrame()?.loop
  return loop === undefined ? undefined : new CallbackContext(loop)
}

/** Why a job has no result though nothing threw: its worker is gone. */
export function crash(job: Job, worker: string, why: string, cause: unknown): WorkerCrashError {
  const again = job.plan.retries > 0 ? ` (it was begun ${job.crashes === 1 ? "once" : `${job.crashes} times`})` : ""
  return new WorkerCrashError(`${worker} ended while it ran '${job.plan.name}'${again}: ${why}`, cause === undefined ? undefined : { cause })
}
