import { checkInteger, describe } from "../../structures/arguments.ts"
import { Shown } from "../../structures/shown.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import type { ErrorClass } from "../wire/wire-error.ts"
import { failureHead, readFailure, type JobData, type Payload } from "./job-data.ts"
import type { JobQueue, QueuedJobFacts } from "./job-queue.ts"
import { decodeValue } from "./payload.ts"
import type { QueueLink } from "./queue-link.ts"

/** A job that has failed for good, and is kept. */
export interface DeadLetter {
  readonly id: string
  /** The module's and the function's name, such as `tasks.analyse`. */
  readonly name: string
  /** What it was called with. */
  readonly args: readonly unknown[]
  /** What it threw last, as its caller got it. */
  readonly error: unknown
  /** The first line of that, for lists. */
  readonly reason: string
  /** How often it was tried. */
  readonly attempts: number
  readonly failedAt: Date
}

/** Makes a wait of what is to be asked of the queue. */
export type AskQueue = <T>(name: string, ask: (link: QueueLink) => Promise<T>) => Coroutine<T>

const PAGE = 100

/**
 * The jobs of a queue that have failed for good. They are kept for a week by default, so that
 * somebody can look at them, mend what was wrong, and have them run again.
 */
export class DeadLetters extends Shown implements AsyncIterable<DeadLetter> {
  readonly #ask: AskQueue
  readonly #queue: string
  readonly #errors: readonly ErrorClass[] | undefined

  constructor(ask: AskQueue, queue: string, errors: readonly ErrorClass[] | undefined) {
    super()
    this.#ask = ask
    this.#queue = queue
    this.#errors = errors
  }

  toString(): string {
    return `<DeadLetters of queue '${this.#queue}'>`
  }

  /** How many there are. */
  count(): Coroutine<number> {
    return this.#ask("DeadLetters.count", ({ queue }) => queue.getFailedCount())
  }

  /** Some of them, the latest first. */
  list({ start = 0, count = PAGE }: { readonly start?: number | undefined; readonly count?: number | undefined } = {}): Coroutine<DeadLetter[]> {
    checkInteger(start, "start of list", 0)
    checkInteger(count, "count of list", 1)
    return this.#ask("DeadLetters.list", async ({ queue }) => (await failed(queue, start, count)).map((job) => letter(job, this.#errors)))
  }

  /** Puts one back into the queue, with all its attempts; false if there is none of that name. */
  retry(id: string): Coroutine<boolean> {
    checkId(id)
    return this.#ask("DeadLetters.retry", async ({ queue }) => {
      const job = await find(queue, id)
      await job?.retry("failed", { resetAttemptsMade: true, resetAttemptsStarted: true })
      return job !== undefined
    })
  }

  /** Forgets one; false if there is none of that name. */
  drop(id: string): Coroutine<boolean> {
    checkId(id)
    return this.#ask("DeadLetters.drop", async ({ queue }) => {
      const job = await find(queue, id)
      await job?.remove()
      return job !== undefined
    })
  }

  /** Puts all of them back into the queue; gives how many there were. */
  retryAll(): Coroutine<number> {
    return this.#ask("DeadLetters.retryAll", ({ queue }) => each(queue, (job) => job.retry("failed", { resetAttemptsMade: true, resetAttemptsStarted: true })))
  }

  /** Forgets all of them; gives how many there were. */
  dropAll(): Coroutine<number> {
    return this.#ask("DeadLetters.dropAll", ({ queue }) => each(queue, (job) => job.remove()))
  }

  /** All of them, the latest first. */
  async *[Symbol.asyncIterator](): AsyncGenerator<DeadLetter, void, undefined> {
    for (let start = 0; ; start += PAGE) {
      const letters = await this.list({ start, count: PAGE })
      yield* letters
      if (letters.length < PAGE) return
    }
  }
}

function failed(queue: JobQueue, start: number, count: number): Promise<QueuedJobFacts[]> {
  return queue.getFailed(start, start + count - 1)
}

async function find(queue: JobQueue, id: string): Promise<QueuedJobFacts | undefined> {
  const job = await queue.getJob(id)
  return (await job?.isFailed()) === true ? job : undefined
}

async function each(queue: JobQueue, act: (job: QueuedJobFacts) => Promise<unknown>): Promise<number> {
  let count = 0
  for (;;) {
    const jobs = await failed(queue, 0, PAGE)
    const acted = await Promise.allSettled(jobs.map(act))
    // What somebody else has retried or dropped meanwhile is not among them the next time.
    const done = acted.filter(({ status }) => status === "fulfilled").length
    count += done
    if (done === 0) return count
  }
}

function letter(job: QueuedJobFacts, errors: readonly ErrorClass[] | undefined): DeadLetter {
  const { id = "", name, data, attemptsMade, finishedOn = 0, failedReason } = job
  return {
    id,
    name,
    args: payloadOf(data)?.args ?? [],
    error: readFailure(failedReason, errors)?.error ?? new Error(failedReason),
    reason: failureHead(failedReason),
    attempts: attemptsMade,
    failedAt: new Date(finishedOn),
  }
}

function payloadOf(data: JobData): Payload | undefined {
  try {
    return decodeValue(data.payload) as Payload // as an executor encoded it
  } catch {
    return undefined
  }
}

function checkId(id: unknown): void {
  if (typeof id !== "string" || id === "") throw new TypeError(`a dead letter is named by its id, as list() gives it, not by ${describe(id)}`)
}
