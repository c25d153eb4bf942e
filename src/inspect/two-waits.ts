/**
 * Frames with two waits open at a time: lines of one body that run beside each other
 * without a task of their own, as under `Promise.all`.
 */
import { host } from "../host/host.ts"
import type { EventLoop } from "../core/event-loop.ts"
import { Frame } from "../core/frame.ts"
import { FutureWait } from "../core/future.ts"
import type { Observer } from "../core/observer.ts"
import { awaits, type AwaitPlace } from "../core/place.ts"

export class TwoWaits implements Observer {
  /** Each frame is reported once. */
  readonly #reported = new WeakSet<Frame>()

  /** Where the waits for tasks and futures were begun: they may be those of callbacks, which nobody awaits. */
  readonly #places = new WeakMap<object, AwaitPlace>()

  lineParked(frame: object, on: object): void {
    if (!(frame instanceof Frame) || !(frame.loop as EventLoop).getDebug()) return // observers are told of event loops only
    const await_ = awaits.get(frame)
    if (await_ === undefined) return
    if (on instanceof FutureWait) this.#places.set(on, await_)
    // Places are put into words only where there may be something to tell.
    if (frame.first === null || this.#reported.has(frame) || this.#isCallback(on) || !this.#waits(frame) || await_.ours) return
    const { line, by } = await_
    this.#reported.add(frame)
    host.warn(
      `'${frame.name}' of ${frame.owner?.label ?? "no task"} awaits two things at once: ` +
        `neither can be cancelled or seen by itself; use gather(…) or createTask(…)\n    the second ${line}${by === undefined ? "" : `, through ${by}`}`,
      "ASYNCIO_TWO_WAITS",
    )
  }

  /** Whether a line of the frame awaits something already. */
  #waits(frame: Frame): boolean {
    for (let below = frame.first; below !== null; below = below.after) if (!this.#isCallback(below)) return true
    return false
  }

  /** Whether it is what tells a callback of a task or future. */
  #isCallback(wait: object): boolean {
    return this.#places.get(wait)?.awaited === false
  }
}
