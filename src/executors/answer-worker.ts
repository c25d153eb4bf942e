/**
 * Answers calls that workers make on the loop of the program that gave them their jobs.
 */
import { isThenable } from "../structures/arguments.ts"
import { RuntimeError } from "../errors/misuse.ts"
import type { CallbackContext } from "../core/callback-context.ts"
import type { EventLoop } from "../core/event-loop.ts"
import { cancelFor, listen } from "../core/future.ts"
import type { Scheduler } from "../core/scheduler.ts"
import type { Task } from "../core/task.ts"
import type { Job } from "./pool/job.ts"
import type { Seat } from "./pool/seat.ts"
import type { AskHandler } from "./pool/worker-pool.ts"
import type { Call, ToWorker } from "./wire/messages.ts"
import { refusal } from "./wire/uncloneable.ts"
import { encodeError } from "./wire/wire-error.ts"
import { resolveWork } from "./worker/resolve-work.ts"

/** The calls of a worker's job that run here. */
const open = new WeakMap<Seat, JobCalls>()

/** A call whose job is over by now is dropped: its worker has told of the end, or is gone. */
export const answerWorker: AskHandler = (seat, message) => {
  const { job } = seat
  if (message.kind === "forget") open.get(seat)?.cancel(message.id, message.reason)
  else if (job !== null) callsOf(seat, job).begin(message)
}

function callsOf(seat: Seat, job: Job): JobCalls {
  let calls = open.get(seat)
  if (calls === undefined || calls.job !== job) {
    calls = new JobCalls(seat, job)
    open.set(seat, calls)
  }
  return calls
}

/**
 * The calls of one job on the loop that has asked for it.
 *
 * Invariant: once the job is over here, no call of it is open and the worker is told nothing.
 */
class JobCalls {
  readonly job: Job
  readonly #seat: Seat
  readonly #tasks = new Map<number, Task<unknown>>()
  /** The loop that counts the job among what its host does, and for now does not. */
  #lent: Scheduler | null = null

  constructor(seat: Seat, job: Job) {
    this.#seat = seat
    this.job = job
    seat.over.add(() => this.#end())
  }

  begin(call: Call): void {
    const { origin } = this.job
    try {
      if (origin === undefined || origin.loop.dead) {
        throw new RuntimeError(`cannot run '${call.work.name}' on the parent's loop: the loop that asked for ${this.job.toString()} is closed`)
      }
      const own = origin.copy()
      own.run("call of a worker", () => this.#start(call, own), undefined)
    } catch (error) {
      // Also of the loop's task factory.
      this.#tell({ kind: "refusal", id: call.id, error: encodeError(error) })
    }
  }

  cancel(id: number, reason: unknown): void {
    this.#tasks.get(id)?.[cancelFor]({ message: reason, requestedBy: this.job.toString(), requestedAt: undefined })
  }

  #start({ id, work, args }: Call, { loop, context }: CallbackContext): void {
    const task = (loop as EventLoop).createTask<unknown>( // only event loops run
      async () => {
        const found = resolveWork(work)
        const fn = isThenable(found) ? await found : found
        return await fn(...args)
      },
      { name: `${work.name} for ${this.job.toString()}`, context },
    )
    this.#tasks.set(id, task)
    this.#lend(loop)
    task[listen]({ futureDone: () => this.#done(id, work.name, task) })
  }

  #done(id: number, name: string, task: Task<unknown>): void {
    if (!this.#tasks.delete(id)) return
    if (this.#tasks.size === 0) this.#takeBack()
    let value: unknown
    try {
      value = task.result()
    } catch (error) {
      this.#tell({ kind: "refusal", id, error: encodeError(error) })
      return
    }
    try {
      this.#tell({ kind: "answer", id, value })
    } catch (error) {
      this.#tell({ kind: "refusal", id, error: encodeError(refusal(`cannot give the result of '${name}' to ${this.job.toString()}`, [value], error, "result")) })
    }
  }

  #end(): void {
    const tasks = [...this.#tasks.values()]
    this.#tasks.clear()
    this.#takeBack()
    open.delete(this.#seat)
    for (const task of tasks) task[cancelFor]({ message: "the job that called it has ended", requestedBy: this.job.toString(), requestedAt: undefined })
  }

  #tell(message: ToWorker): void {
    if (this.#seat.job === this.job) this.#seat.tell(message)
  }

  /** While the job waits for this loop, a virtual clock may move on: else the call would sleep for ever. */
  #lend(loop: Scheduler): void {
    if (this.#lent !== null || !this.job.listened || loop.hostOperations === 0) return
    this.#lent = loop
    loop.hostOperations -= 1
  }

  #takeBack(): void {
    const loop = this.#lent
    if (loop === null) return
    this.#lent = null
    loop.hostOperations += 1
  }
}
