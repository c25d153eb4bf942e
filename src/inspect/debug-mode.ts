/**
 * What debug mode watches for. Each finding is a warning with a code of its own, which
 * `node --disable-warning=CODE` silences.
 *
 * @see https://docs.python.org/3/library/asyncio-dev.html#debug-mode
 */
import { host } from "../host/host.ts"
import type { EventLoop } from "../core/event-loop.ts"
import { observe, type CallbackInfo, type Observer, type TaskInfo } from "../core/observer.ts"
import { awaits, origins, placeOfAwait } from "../core/place.ts"
import { SlowSteps } from "./slow-steps.ts"
import { SwallowedCancellation } from "./swallowed-cancellation.ts"
import { TwoWaits } from "./two-waits.ts"

/** Watches every loop that is in debug mode, until the returned function is called. */
export function watchDebugMode(): () => void {
  const leave = [new Origins(), new SlowSteps(), new SwallowedCancellation(), new TwoWaits(), new LeftBehind()].map(observe)
  return () => {
    for (const stop of leave) stop()
  }
}

/** Writes down where things are made and awaited, before the others ask. */
class Origins implements Observer {
  lineParked(frame: object, on: object): void {
    awaits.set(frame, placeOfAwait(on))
  }

  coroutineMade(coroutine: object): void {
    origins.takeOf(coroutine)
  }

  futureMade(future: object): void {
    origins.takeOf(future)
  }

  callbackMade(callback: CallbackInfo): void {
    origins.takeOf(callback)
  }
}

/** Says what a cancellation could not interrupt. */
class LeftBehind implements Observer {
  taskCreated(task: TaskInfo): void {
    // What outlives its frame is told to the exception handler, and ends by itself.
    if (!task.begun || !task.taskName.startsWith("left behind: ")) return
    if (!(task.loop as EventLoop).getDebug()) return // observers are told of event loops only
    host.warn(
      `${task.taskName} goes on for nobody: it awaits a bare promise, which cannot be interrupted; ` +
        `await wrapFuture(promise), or give what makes the promise task.signal`,
      "ASYNCIO_LEFT_BEHIND",
    )
  }
}
