/**
 * Cancellations that somebody caught and did not pass on.
 *
 * Code that was told of a cancellation may clean up, and clean-up may await. What gives it
 * away is that it returns as if nothing had happened while the request still stands, or
 * that it awaits once more at the very place where it was told, as a loop round a `try` does.
 */
import { isCancellation } from "../errors/cancelled-error.ts"
import { host } from "../host/host.ts"
import { countRequests } from "../core/cancellation.ts"
import type { EventLoop } from "../core/event-loop.ts"
import { Frame } from "../core/frame.ts"
import type { Observer } from "../core/observer.ts"
import { awaits, type AwaitPlace } from "../core/place.ts"

/** What hides a cancellation from the code after it. */
const SWALLOWERS: Readonly<Record<string, string>> = {
  "Promise.allSettled": "Promise.allSettled takes every error for a result",
  "Promise.any": "Promise.any goes on without those that fail",
  catch: "a .catch(…) took it",
}

export class SwallowedCancellation implements Observer {
  /** Where a frame was told of a cancellation that it has not passed on. */
  readonly #told = new WeakMap<Frame, AwaitPlace>()
  /** Each task is reported once. */
  readonly #reported = new WeakSet<object>()

  lineParked(frame: object): void {
    if (!(frame instanceof Frame) || !debugs(frame)) return
    const told = this.#told.get(frame)
    if (told !== undefined && told.path !== "" && told.path === awaits.get(frame)?.path) this.#report(frame, told, "awaits there again")
  }

  lineResumed(frame: object, error: unknown): void {
    if (!(frame instanceof Frame) || !debugs(frame)) return
    const await_ = awaits.get(frame)
    if (error === undefined || !isCancellation(error) || countRequests(frame) === 0) return
    // What this library catches it deals with.
    if (await_ !== undefined && !await_.ours) this.#told.set(frame, await_)
  }

  bodyEnded(frame: object, outcome: "returned" | "threw"): void {
    if (!(frame instanceof Frame)) return
    const told = this.#told.get(frame)
    if (told === undefined) return
    this.#told.delete(frame)
    if (outcome === "returned" && !endsItsOwn(frame)) this.#report(frame, told, "returned")
  }

  #report(frame: Frame, told: AwaitPlace, how: string): void {
    const { owner } = frame
    // Withdrawn, by `uncancel` or by the timeout or group that asked, it is dealt with.
    if (owner === null || countRequests(frame) === 0 || this.#reported.has(owner)) return
    this.#reported.add(owner)
    const swallower = SWALLOWERS[told.by ?? ""]
    const why = swallower === undefined ? "" : ` (${swallower})`
    host.warn(
      `${owner.label} was asked to cancel, but '${frame.name}' caught the CancelledError${why} and ${how}: ` +
        `throw it on after the clean-up, or call uncancel() to refuse\n    told ${told.line}`,
      "ASYNCIO_SWALLOWED_CANCELLATION",
    )
  }
}

/** Whether only the timeout or group whose body this is has asked, and takes its request back now. */
function endsItsOwn(frame: Frame): boolean {
  const asked = frame.name === "TaskGroup.body" ? frame.parent : frame
  return asked !== null && asked.parent !== null && asked.requests > 0 && asked.requests === countRequests(frame)
}

function debugs(frame: Frame): boolean {
  return (frame.loop as EventLoop).getDebug() // observers are told of event loops only
}
