/**
 * What the code that runs now may ask about its surroundings.
 */
import { RuntimeError } from "../errors/misuse.ts"
import { host } from "../host/host.ts"
import type { CancelRequest } from "./cancel-request.ts"
import { ContextValues } from "./context.ts"
import { debugging } from "./debug.ts"
import { currentFrame } from "./frame.ts"
import { known, place } from "./place.ts"
import type { Scheduler } from "./scheduler.ts"

const outside = new ContextValues()

/** Keeps a loop for code that none runs, such as the cells of a notebook. */
export interface LoopKeeper {
  /** What such code is called. */
  readonly called: string
  /** The loop, which runs. */
  loop(): Scheduler
  /** Such code awaits a coroutine. */
  run<T>(coroutine: PromiseLike<T>): Promise<T>
  /** Such code waits for a future. */
  waits(future: object): void
}

/** Null in programs, where code outside `run` is mistaken. */
export let loopKeeper: LoopKeeper | null = null

export function keepLoop(keeper: LoopKeeper | null): void {
  loopKeeper = keeper
}

/** The context of the code that runs now. */
export function currentContext(): ContextValues {
  return currentFrame()?.context ?? outside
}

/** What else may be wrong where no loop is found. */
export function lostTask(): string {
  return host.followsAwait ? "" : "; in a browser, `await wrapFuture(promise)` keeps the task where `await promise` loses it"
}

/** @throws RuntimeError if no loop runs here; `attempt` says what needed one, if it is more than to have it. */
export function runningLoop(attempt: string): Scheduler {
  const loop = currentFrame()?.loop ?? loopKeeper?.loop()
  if (loop === undefined || !loop.running) {
    throw new RuntimeError(
      `no running event loop${attempt === "" ? "" : ` to ${attempt}`}: call this from code that asyncio.run(…) or a callback of a loop runs` +
        lostTask(),
    )
  }
  return loop
}

/** A request to cancel by the code that runs now. */
export function requestBy(message: unknown, requestedBy: string = asker()): CancelRequest {
  return { message, requestedBy, requestedAt: debugging() ? known(place()) : undefined }
}

function asker(): string {
  const frame = currentFrame()
  if (frame === undefined) return loopKeeper?.called ?? "code outside any task"
  return frame.owner !== null && !frame.ended ? frame.owner.label : "a callback"
}
