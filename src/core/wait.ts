/**
 * The one place where a task is suspended.
 *
 * A `Wait` is one line of somebody's code, parked at an `await` of ours: it holds what
 * `then` received, and hangs below the frame that awaits. It is woken at most once; its
 * turn in the ready queue then resumes the line, or parks it again when the operation is
 * not finished.
 */
import { CancelledError } from "../errors/cancelled-error.ts"
import { observer, type WaitInfo } from "./observer.ts"
import { cancellation, type CancelRequest } from "./cancel-request.ts"
import type { Below, Frame } from "./frame.ts"
import type { Runnable } from "./handle.ts"

export type OnFulfilled<T> = ((value: T) => unknown) | null | undefined
export type OnRejected = ((reason: unknown) => unknown) | null | undefined

let resolveCaptured: (value: unknown) => void
let rejectCaptured: (error: unknown) => void

function capture(resolve: (value: unknown) => void, reject: (error: unknown) => void): void {
  resolveCaptured = resolve
  rejectCaptured = reject
}

/**
 * States: *pending* until something wakes it; *woken* or *cancelled* while it stands in the
 * ready queue; *over* once the line was resumed. Only pending ones go to woken or cancelled,
 * so what is given to a waiter is given once.
 *
 * Invariant: a wait hangs below its frame exactly until it is over.
 */
export abstract class Wait<T> implements Below, Runnable {
  declare readonly quiet: true
  frame: Frame | null
  previous: Below | null = null
  next: Below | null = null
  state: "pending" | "woken" | "cancelled" | "over" = "pending"
  /** Why it was cancelled; or a request that came too late for that, thrown at its turn all the same. */
  request: CancelRequest | null = null
  // Set by `park`. They take unknown and not T, so that a wait for T is also one for what T extends.
  #resolve: ((value: unknown) => void) | null = null
  #reject: ((error: unknown) => void) | null = null

  static {
    // On the prototype: a field would cost every wait a slot.
    Object.defineProperty(this.prototype, "quiet", { value: true })
  }

  constructor(frame: Frame | null) {
    this.frame = frame
  }

  /** What is waited for. */
  abstract info(): WaitInfo
  /** Passes a request on to what is awaited; true if that will wake this wait. */
  protected abstract cancelAwaited(request: CancelRequest): boolean
  /** Its turn has come: `settle` or `fail` it, or let it be pending again. */
  protected abstract resume(error: CancelledError | null): void

  /** Parks the line that called `then`; returns what `then` is to return. */
  park(onFulfilled: OnFulfilled<T>, onRejected: OnRejected, byEngine: boolean): Promise<unknown> | undefined {
    const { frame } = this
    let returned: Promise<unknown> | undefined
    if (byEngine) {
      // The engine's own functions: they run nobody's code, and nobody looks at what is returned.
      this.#resolve = onFulfilled as (value: unknown) => void
      this.#reject = onRejected as (error: unknown) => void
    } else {
      // Others run in the context of whoever called `then`, which a promise keeps for them.
      const promise = new Promise<T>(capture as never) // capture takes what any executor gets
      this.#resolve = resolveCaptured
      this.#reject = rejectCaptured
      returned = derive(promise, onFulfilled, onRejected)
    }
    if (frame !== null) {
      frame.attach(this)
      if (observer !== null && frame.owner !== null) {
        observer.taskParked(frame.owner as never, this.info(), frame.loop.clock.time())
      }
      const request = frame.takeUndelivered()
      if (request !== null) this.interrupt(request)
      frame.loop.rest(frame, byEngine)
    }
    return returned
  }

  /** Puts the wait into the ready queue; false if it was woken or cancelled before. */
  wake(): boolean {
    if (this.state !== "pending") return false
    this.state = "woken"
    this.schedule()
    return true
  }

  protected schedule(): void {
    this.frame?.loop.schedule(this)
  }

  run(): void {
    if (this.state === "over") return
    const { request } = this
    this.request = null
    if (request === null) this.resume(null)
    else if (request.doom !== undefined) this.fail(request.doom)
    else this.resume(cancellation(request))
  }

  /** Resumes the line with `error`, through the ready queue; what was awaited is let alone. */
  doom(error: Error): void {
    this.request = { message: error.message, requestedBy: "the runtime", requestedAt: undefined, doom: error }
    if (this.state === "pending") this.state = "woken"
    this.schedule()
  }

  /** Resumes the line with a value. */
  settle(value: T): void {
    this.#over()
    this.#resolve?.(value)
  }

  /** Resumes the line with an error. */
  fail(error: unknown): void {
    this.#over()
    this.#reject?.(error)
  }

  interrupt(request: CancelRequest): void {
    if (this.state === "cancelled") {
      // The first request is the one that is told.
      if (this.frame !== null) this.frame.root.late = request
      return
    }
    if (this.state === "pending" && this.cancelAwaited(request)) return
    this.request = request
    if (this.frame !== null) this.frame.root.late = request
  }

  forgive(): void {
    if (this.state !== "cancelled") this.request = null
  }

  /** Its frame has ended; one that was cancelled with it has its turn to come. */
  abstract orphan(): void

  protected detachCancelled(): boolean {
    if (this.state !== "cancelled") return false
    this.frame = null
    return true
  }

  /** Ends without a turn, since nothing outlives the frame that started it. */
  protected abandon(): CancelledError {
    const { frame } = this
    this.state = "over"
    this.frame = null
    const what = this.info().kind
    const error = new CancelledError("nothing outlives the frame that started it", { requestedBy: "the runtime" })
    this.#reject?.(error)
    frame?.loop.callExceptionHandler({
      message:
        `'${what}' was still waiting when '${frame.name}' ended, and was cancelled: ` +
        `await it there, or give it to createTask(…)`,
    })
    return error
  }

  #over(): void {
    this.state = "over"
    const { frame } = this
    if (frame === null) return
    frame.detach(this)
    frame.loop.turn = frame
    if (observer !== null && frame.owner !== null) {
      observer.taskResumed(frame.owner as never, frame.loop.clock.time())
    }
  }
}

/**
 * `promise.then`, except that a `CancelledError` which the caller does not handle never
 * counts as an unhandled rejection: whoever asked for it knows.
 */
export function derive<T>(
  promise: Promise<T>,
  onFulfilled: OnFulfilled<T>,
  onRejected: OnRejected,
): Promise<unknown> {
  const derived = promise.then(onFulfilled, onRejected)
  // Marked on the source, and not with a reaction to `derived`: that would reject anew for
  // every other error, where the caller handles `derived` itself.
  if (typeof onRejected !== "function") {
    promise.then(undefined, (error: unknown) => {
      if (error instanceof CancelledError) derived.catch(ignore)
    })
  }
  return derived
}

/** What `then` does with an outcome that is there already. */
export function pass<T>(value: T, onFulfilled: OnFulfilled<T>, onRejected: OnRejected, byEngine: boolean): Promise<unknown> | undefined {
  if (!byEngine) return Promise.resolve(value).then(onFulfilled, onRejected)
  onFulfilled?.(value)
  return undefined
}

/** The same with an error. */
export function passError(error: unknown, onFulfilled: OnFulfilled<never>, onRejected: OnRejected, byEngine: boolean): Promise<unknown> | undefined {
  if (!byEngine) return derive(Promise.reject(error as Error), onFulfilled, onRejected)
  onRejected?.(error)
  return undefined
}

/** Marks a rejection as handled. */
export function ignore(): void {}
