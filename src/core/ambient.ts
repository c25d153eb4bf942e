/**
 * What the code that runs now may ask about its surroundings.
 */
import { RuntimeError } from "../errors/misuse.ts"
import { host } from "../host/host.ts"
import type { CancelRequest } from "./cancel-request.ts"
import { ContextValues } from "./context.ts"
import { currentFrame } from "./frame.ts"
import type { Scheduler } from "./scheduler.ts"

const outside = new ContextValues()

/** The context of the code that runs now. */
export function currentContext(): ContextValues {
  return currentFrame()?.context ?? outside
}

/** What else may be wrong where no loop is found. */
export function lostTask(): string {
  return host.followsAwait ? "" : "; in a browser, `await wrapFuture(promise)` keeps the task where `await promise` loses it"
}

/** @throws RuntimeError if no loop runs here; `attempt` says what needed one. */
export function runningLoop(attempt: string): Scheduler {
  const loop = currentFrame()?.loop
  if (loop === undefined || !loop.running) {
    throw new RuntimeError(
      `no running event loop to ${attempt}: call this from code that asyncio.run(…) or a callback of a loop runs` +
        lostTask(),
    )
  }
  return loop
}

let debug = 0

/** Loops in debug mode; while there are any, requests to cancel carry their place. */
export function countDebug(change: 1 | -1): void {
  debug += change
}

/** A request to cancel by the code that runs now. */
export function requestBy(message: unknown, requestedBy: string = asker()): CancelRequest {
  return { message, requestedBy, requestedAt: debug > 0 ? place() : undefined }
}

function asker(): string {
  const frame = currentFrame()
  if (frame === undefined) return "code outside any task"
  return frame.owner !== null && !frame.ended ? frame.owner.label : "a callback"
}

function place(): string {
  const frames = (new Error().stack ?? "").split("\n").slice(1)
  return frames.find((line) => !/[/\\](src|dist)[/\\](core|tasks|sync)[/\\]/.test(line))?.trim() ?? "at an unknown place"
}
