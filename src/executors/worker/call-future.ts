import { RuntimeError } from "../../errors/misuse.ts"
import { isCancellation, CancelledError } from "../../errors/cancelled-error.ts"
import { TimeoutError } from "../../errors/timeout-error.ts"
import { host } from "../../host/host.ts"
import { checkSeconds } from "../../structures/arguments.ts"
import { requestBy } from "../../core/ambient.ts"
import type { CancelRequest } from "../../core/cancel-request.ts"
import { finish, take } from "../../core/coroutine.ts"
import { cancelFor, cancelWith, failWith, Future, returnWith } from "../../core/future.ts"
import { currentFrame } from "../../core/frame.ts"
import { taskOf } from "../../core/task.ts"
import type { ThreadFuture } from "../../core/thread-future.ts"
import type { ParentCall } from "./parent-call.ts"
import type { CallListener } from "./parent-calls.ts"
import { currentJob } from "./current-job.ts"

/**
 * The future of a call on the parent's loop.
 *
 * Invariant: the call's coroutine has its outcome once it is done.
 */
export class CallFuture<T> extends Future<T> implements ThreadFuture<T>, CallListener {
  readonly #call: ParentCall<T>
  readonly #id: number

  constructor(call: ParentCall<T>) {
    super({ loop: call.job.calls.loop })
    this.#call = call
    this.#id = call.ask(this)
    call[take]()
  }

  override get [Symbol.toStringTag](): string {
    return "ThreadFuture"
  }

  running(): boolean {
    return !this.done()
  }

  override result(timeout: number | null = null): T {
    this.#block("result", timeout)
    return super.result()
  }

  override exception(timeout: number | null = null): unknown {
    this.#block("exception", timeout)
    return super.exception()
  }

  override [cancelFor](request: CancelRequest): boolean {
    if (!this.done()) {
      this.#call.job.calls.forget(this.#id, request.message)
      this.#call[finish]("threw", new CancelledError(request.message, request))
    }
    return super[cancelFor](request)
  }

  returned(value: unknown): void {
    this.#call[finish]("returned", value)
    this[returnWith](value as T) // what the module's function returns
  }

  failed(error: unknown): void {
    this.#call[finish]("threw", error)
    if (error instanceof CancelledError) this[cancelWith](error)
    else if (isCancellation(error)) this[cancelWith](new CancelledError())
    else this[failWith](error)
  }

  /** Lets nothing else run in this thread until it is done. */
  #block(attempt: string, timeout: number | null): void {
    if (this.done()) return
    if (timeout !== null) checkSeconds(timeout, `the timeout of ${attempt}`)
    const { job, work } = this.#call
    const { parent } = job
    if (!parent.canPoll) {
      throw new RuntimeError(`cannot block in ${attempt}() for '${work.name}': a process cannot look for its answer while code runs; await it, or use threads`)
    }
    const until = timeout === null ? Infinity : host.now() + timeout
    const task = taskOf(currentFrame())
    for (;;) {
      parent.poll()
      if (this.done()) return
      if (currentJob() !== job) this[cancelFor](requestBy("the job that called it has ended"))
      else if (task !== undefined && task.cancelling() > 0) this[cancelFor](requestBy("the job that waits for it is to end"))
      else if (host.now() >= until) throw new TimeoutError(`'${work.name}' on the parent's loop has no outcome after ${timeout} seconds; it goes on`)
      else parent.block(until - host.now())
    }
  }
}
