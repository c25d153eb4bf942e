/**
 * The iterators of events that listen, for whoever looks for forgotten ones.
 */
import { currentFrame, type Frame } from "../core/frame.ts"
import type { TaskInfo } from "../core/observer.ts"
import { host } from "../host/host.ts"

// Weakly: one whose source is gone listens to nothing any more.
const open = new Set<WeakRef<OpenIterator>>()

/** What is known of an iterator from its first event, or its `open`, to its end. */
export class OpenIterator {
  /** The event, such as `'knock'`. */
  readonly detail: string
  /** When somebody asked for an event last, in seconds of the host's clock. */
  asked = host.now()
  /** The task that began it; undefined outside of any. */
  readonly opener: string | undefined
  readonly #frame: WeakRef<Frame> | undefined
  readonly #waiting: () => number
  readonly #buffered: () => number
  readonly #self = new WeakRef<OpenIterator>(this)

  constructor(detail: string, waiting: () => number, buffered: () => number) {
    this.detail = detail
    this.#waiting = waiting
    this.#buffered = buffered
    const frame = currentFrame()?.root
    if (frame !== undefined) {
      this.opener = (frame.owner as TaskInfo | null)?.taskName // tasks own frames
      this.#frame = new WeakRef(frame)
    }
    open.add(this.#self)
  }

  /** How many wait for its next event. */
  get waiting(): number {
    return this.#waiting()
  }

  /** How many events nobody has taken. */
  get buffered(): number {
    return this.#buffered()
  }

  /** Whether the task that began it has ended. */
  get isLeft(): boolean {
    return this.#frame !== undefined && this.#frame.deref()?.ended !== false
  }

  ended(): void {
    open.delete(this.#self)
  }
}

export function* openIterators(): Generator<OpenIterator> {
  for (const weak of open) {
    const iterator = weak.deref()
    if (iterator === undefined) open.delete(weak)
    else yield iterator
  }
}
