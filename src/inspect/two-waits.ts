/**
 * Frames with two waits open at a time: lines of one body that run beside each other
 * without a task of their own, as under `Promise.all`.
 */
import { host } from "../host/host.ts"
import type { EventLoop } from "../core/event-loop.ts"
import { Frame } from "../core/frame.ts"
import { FutureWait } from "../core/future.ts"
import type { Observer } from "../core/observer.ts"
import { awaits } from "../core/place.ts"

export class TwoWaits implements Observer {
  /** Each frame is reported once. */
  readonly #reported = new WeakSet<Frame>()

  /** Waits of callbacks that were attached to a task or future, which nobody awaits. */
  readonly #callbacks = new WeakSet<object>()

  lineParked(frame: object, on: object): void {
    if (!(frame instanceof Frame) || !(frame.loop as EventLoop).getDebug()) return // observers are told of event loops only
    if (on instanceof FutureWait && awaits.get(frame)?.awaited === false) {
      this.#callbacks.add(on)
      return
    }
    if (this.#reported.has(frame) || !this.#waits(frame)) return
    const await_ = awaits.get(frame)
    if (await_ === undefined || await_.ours) return
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
    for (let below = frame.first; below !== null; below = below.after) if (!this.#callbacks.has(below)) return true
    return false
  }
}
