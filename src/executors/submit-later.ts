import type { CancelRequest } from "../core/cancel-request.ts"
import type { EventLoop } from "../core/event-loop.ts"
import { cancelFor, cancelWith, failWith, Future, listen, returnWith, takeCancelledError, watches } from "../core/future.ts"

/**
 * The future of a job that is asked for while its loop does not run, or by code of another loop:
 * it is given to the executor when the loop runs.
 *
 * Invariant: it has the outcome of the job's own future, once there is one.
 */
export class LaterJob<T> extends Future<T> {
  #job: Future<T> | null = null

  constructor(loop: EventLoop, submit: () => Future<T>) {
    super({ loop })
    loop.callSoon(() => {
      if (!this.done()) this.#begin(submit)
    })
  }

  override [cancelFor](request: CancelRequest): boolean {
    return this.#job === null || this.done() ? super[cancelFor](request) : this.#job[cancelFor](request)
  }

  override [watches](): Iterable<Future<unknown>> {
    return this.#job === null ? [] : [this.#job]
  }

  #begin(submit: () => Future<T>): void {
    let job: Future<T>
    try {
      job = submit()
    } catch (error) {
      this[failWith](error)
      return
    }
    this.#job = job
    job[listen]({ futureDone: () => this.#ended(job) })
  }

  #ended(job: Future<T>): void {
    if (this.done()) return
    if (job.cancelled()) {
      this[cancelWith](job[takeCancelledError]())
      return
    }
    const error = job.exception()
    if (error === undefined) this[returnWith](job.result())
    else this[failWith](error)
  }
}
