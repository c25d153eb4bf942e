/**
 * Frames that run a body, and are told how it ended.
 */
import { host } from "../host/host.ts"
import type { CancelRequest } from "./cancel-request.ts"
import { currentFrame, Frame, type Boundary } from "./frame.ts"
import { attach, attachKeepsContext } from "./native-promise.ts"

/** Invariant: one of `returned` and `threw` is called, once, when the body has ended. */
export abstract class BodyFrame extends Frame implements Boundary {
  abstract returned(value: unknown): void
  abstract threw(error: unknown): void
  abstract abandon(request: CancelRequest): void
}

/** Tells `frame`, whose store is set, how its body ends. */
export function follow(body: Promise<unknown>, frame: BodyFrame): void {
  if (host.followsAwait && attachKeepsContext) attach(body, returned, threw)
  else followFrom(body, frame)
}

/** The same where the store is somebody else's. */
export function followFrom(body: Promise<unknown>, frame: BodyFrame): void {
  attach(
    body,
    (value) => frame.returned(value),
    (error) => frame.threw(error),
  )
}

// The store tells these whose they are: two closures for each body took 160 bytes of a task.
function returned(value: unknown): void {
  ;(currentFrame() as BodyFrame).returned(value) // as `follow` was called
}

function threw(error: unknown): void {
  ;(currentFrame() as BodyFrame).threw(error) // as `follow` was called
}
