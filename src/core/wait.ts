/**
 * The one place where a task is suspended.
 *
 * A `Wait` is one line of somebody's code, parked at an `await` of ours: it holds what
 * `then` received, and hangs below the frame that awaits. It is woken at most once; its
 * turn in the ready queue then resumes the line, or parks it again when the operation is
 * not finished.
 *
 * An interface with functions, and not a base class: an operation is its own wait, and is a
 * coroutine before that. A second object for each suspension cost a fifth of its time.
 */
import { NativePromise } from "./native-promise.ts"
import { CancelledError } from "../errors/cancelled-error.ts"
import { awaitLines } from "./await-lines.ts"
import { lineObserver, observer, type WaitInfo, type WaitReason } from "./observer.ts"
import { cancellation, type CancelRequest } from "./cancel-request.ts"
import type { Below, Frame } from "./frame.ts"
import type { Glance } from "./glance.ts"
import type { Runnable } from "./handle.ts"
import type { AwaitPlace } from "./place.ts"

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
export interface Wait extends Below, Runnable {
  frame: Frame | null
  state: "pending" | "woken" | "cancelled" | "over"
  /** When it parked, in ticks of its loop. */
  since: number
  /** Where it awaits, if its line was taken; let go of with the wait, for a stack keeps functions alive. */
  awaitedAt: AwaitPlace | null
  /** Why it was cancelled; or a request that came too late for that, thrown at its turn all the same. */
  request: CancelRequest | null
  /** How the line is resumed; set by `park`. */
  resolve: ((value: unknown) => void) | null
  reject: ((error: unknown) => void) | null
  /** When it ends by itself, in seconds of the loop's clock. */
  readonly until?: number | undefined
  /** What is waited for. */
  info(): WaitInfo
  /** The same in full, for whoever looks. */
  reason?(glance: Glance): WaitReason | undefined
  /** Passes a request on to what is awaited; true if that will wake this wait. */
  cancelAwaited(request: CancelRequest): boolean
  /** Its turn has come: `settle` or `fail` it, or let it be pending again. */
  resume(error: CancelledError | null): void
}

/** Parks the line that called `then`; returns what `then` is to return. */
export function park<T>(wait: Wait, onFulfilled: OnFulfilled<T>, onRejected: OnRejected, byEngine: boolean): Promise<unknown> | undefined {
  if (!byEngine) return derive(parkForPromise<T>(wait), onFulfilled, onRejected)
  // The engine's own functions: they run nobody's code, and nobody looks at what is returned.
  wait.resolve = onFulfilled as (value: unknown) => void
  wait.reject = onRejected as (error: unknown) => void
  hang(wait, true)
  return undefined
}

/**
 * Parks a line that is resumed through a promise: what it calls runs in the context of
 * whoever attaches it, which a promise keeps.
 */
export function parkForPromise<T>(wait: Wait): Promise<T> {
  const promise = new NativePromise<T>(capture as never) // capture takes what any executor gets
  wait.resolve = resolveCaptured
  wait.reject = rejectCaptured
  hang(wait, false)
  return promise
}

function hang(wait: Wait, nothingOnStack: boolean): void {
  const { frame } = wait
  if (frame === null) return
  if (awaitLines.left > 0) wait.awaitedAt = awaitLines.take(wait)
  if (lineObserver !== null) lineObserver.lineParked(frame, wait)
  wait.since = frame.loop.ticks
  frame.attach(wait)
  if (observer !== null && frame.owner !== null) {
    observer.taskParked(frame.owner as never, wait)
  }
  const request = frame.takeUndelivered()
  if (request !== null) wait.interrupt(request)
  frame.loop.rest(frame, nothingOnStack)
}

/** Puts a wait into the ready queue; false if it was woken or cancelled before. */
export function wake(wait: Wait): boolean {
  if (wait.state !== "pending") return false
  wait.state = "woken"
  standInLine(wait)
  return true
}

function standInLine(wait: Wait): void {
  const { frame } = wait
  if (frame === null) return
  const { loop, owner } = frame
  loop.schedule(wait)
  // One that has not parked yet stands in line as it parks.
  if (observer !== null && owner !== null && wait.resolve !== null) observer.taskWoken(owner as never, (loop.turn?.owner ?? undefined) as never, wait) // tasks own frames
}

/** The turn of a wait. */
export function takeTurn(wait: Wait): void {
  if (wait.state === "over") return
  const { request } = wait
  wait.request = null
  if (request === null) wait.resume(null)
  else if (request.doom !== undefined) fail(wait, request.doom)
  else wait.resume(cancellation(request))
}

/** Resumes the line with `error`, through the ready queue; what was awaited is let alone. */
export function doom(wait: Wait, error: Error): void {
  wait.request = { message: error.message, requestedBy: "the runtime", requestedAt: undefined, doom: error }
  if (wait.state === "pending") wait.state = "woken"
  standInLine(wait)
}

/** Resumes the line with a value. */
export function settle(wait: Wait, value: unknown): void {
  const { resolve } = wait
  over(wait, undefined)
  resolve?.(value)
}

/** Resumes the line with an error. */
export function fail(wait: Wait, error: unknown): void {
  const { reject } = wait
  over(wait, error)
  reject?.(error)
}

function over(wait: Wait, error: unknown): void {
  wait.state = "over"
  const { frame } = wait
  // Whoever keeps the operation, such as what holds a lock, need not keep the task with it.
  wait.frame = null
  wait.resolve = null
  wait.reject = null
  wait.awaitedAt = null
  if (frame === null) return
  frame.detach(wait)
  frame.loop.resumes(frame)
  if (observer !== null && observer.spare <= 0 && frame.owner !== null) observer.taskResumed(frame.owner as never)
  if (lineObserver !== null) lineObserver.lineResumed(frame, error)
}

/** Brings a request to a wait. */
export function interruptWait(wait: Wait, request: CancelRequest): void {
  if (wait.state === "cancelled") {
    // The first request is the one that is told.
    if (wait.frame !== null) wait.frame.root.late = request
    return
  }
  if (wait.state === "pending" && wait.cancelAwaited(request)) return
  wait.request = request
  if (wait.frame !== null) wait.frame.root.late = request
}

/** Cancels a pending wait itself: its turn throws `request`. */
export function cancelWait(wait: Wait, request: CancelRequest): void {
  wait.state = "cancelled"
  wait.request = request
  standInLine(wait)
}

/** Takes back a request that came too late for the wait. */
export function forgiveWait(wait: Wait): void {
  if (wait.state !== "cancelled") wait.request = null
}

/** Ends a wait without a turn, since nothing outlives the frame that started it. */
export function abandon(wait: Wait): CancelledError {
  const { frame } = wait
  wait.state = "over"
  wait.frame = null
  const what = wait.info().kind
  const error = new CancelledError("nothing outlives the frame that started it", { requestedBy: "the runtime" })
  wait.reject?.(error)
  frame?.loop.callExceptionHandler({
    message:
      `'${what}' was still waiting when '${frame.name}' ended, and was cancelled: ` +
      `await it there, or give it to createTask(…)`,
  })
  return error
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
  if (!byEngine) return NativePromise.resolve(value).then(onFulfilled, onRejected)
  onFulfilled?.(value)
  return undefined
}

/** The same with an error. */
export function passError(error: unknown, onFulfilled: OnFulfilled<never>, onRejected: OnRejected, byEngine: boolean): Promise<unknown> | undefined {
  if (!byEngine) return derive(NativePromise.reject(error as Error), onFulfilled, onRejected)
  onRejected?.(error)
  return undefined
}

/** Marks a rejection as handled. */
export function ignore(): void {}
