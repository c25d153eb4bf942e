/**
 * Frames with two waits open at a time: lines of one body that run beside each other
 * without a task of their own, as under `Promise.all`.
 */
import { host } from "../host/host.ts"
import type { EventLoop } from "../core/event-loop.ts"
import { Frame } from "../core/frame.ts"
import type { Observer } from "../core/observer.ts"
import { awaits } from "../core/place.ts"

export class TwoWaits implements Observer {
  /** Each frame is reported once. */
  readonly #reported = new WeakSet<Frame>()

  lineParked(frame: object): void {
    if (!(frame instanceof Frame) || frame.first === null || this.#reported.has(frame)) return
    if (!(frame.loop as EventLoop).getDebug()) return // observers are told of event loops only
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
}
