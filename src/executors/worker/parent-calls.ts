/**
 * Calls that code in a worker makes on the loop of whoever gave it its job.
 */
import type { EventLoop } from "../../core/event-loop.ts"
import type { ModuleWork, ToWorker } from "../wire/messages.ts"
import { takeTransfers } from "../wire/transfer.ts"
import { refusal, refuseLost } from "../wire/uncloneable.ts"
import { decodeError } from "../wire/wire-error.ts"
import type { Parent } from "./parent.ts"

/** Whom a call tells of its outcome, once. */
export interface CallListener {
  returned(value: unknown): void
  failed(error: unknown): void
}

interface Open {
  readonly job: object
  readonly listener: CallListener
}

/** Invariant: a call is in `#open` from its message until its answer has come, or nobody waits any more. */
export class ParentCalls {
  readonly parent: Parent
  readonly loop: EventLoop
  readonly #open = new Map<number, Open>()
  #last = 0

  constructor(parent: Parent, loop: EventLoop) {
    this.parent = parent
    this.loop = loop
  }

  /**
   * Asks for a call of the job that runs; returns its number.
   *
   * @throws TypeError for arguments that cannot be sent.
   */
  ask(job: object, work: ModuleWork, args: readonly unknown[], listener: CallListener): number {
    const attempt = `cannot send the arguments of '${work.name}' to the parent's loop`
    this.#dropOthers(job)
    const boundary = this.parent.canPoll ? "thread" : "process"
    refuseLost(attempt, args, { boundary })
    const transferList = takeTransfers(args)
    this.#last += 1
    try {
      this.parent.post({ kind: "ask", id: this.#last, work, args }, transferList)
    } catch (error) {
      throw refusal(attempt, args, error, { transferList, boundary })
    }
    this.#open.set(this.#last, { job, listener })
    return this.#last
  }

  /** Nobody waits for a call any more: its task is cancelled. */
  forget(id: number, reason: unknown): void {
    if (this.#open.delete(id)) this.parent.post({ kind: "forget", id, reason: sendable(reason) })
  }

  answered(message: Extract<ToWorker, { readonly kind: "answer" | "refusal" }>): void {
    const open = this.#open.get(message.id)
    if (open === undefined) return
    this.#open.delete(message.id)
    if (message.kind === "answer") open.listener.returned(message.value)
    else open.listener.failed(decodeError(message.error))
  }

  /** The other side has cancelled the calls of a job that has ended, and tells nobody. */
  #dropOthers(job: object): void {
    for (const [id, open] of this.#open) if (open.job !== job) this.#open.delete(id)
  }
}

function sendable(reason: unknown): unknown {
  if (typeof reason === "object" && reason !== null) return String(reason)
  return typeof reason === "function" || typeof reason === "symbol" ? String(reason) : reason
}
