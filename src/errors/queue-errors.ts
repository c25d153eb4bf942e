import { brand } from "./brand.ts"

/** Thrown by `getNowait` when the queue holds nothing. */
export class QueueEmpty extends Error {
  override readonly name = "QueueEmpty"
  readonly code = "ERR_QUEUE_EMPTY"

  static {
    brand(this, "QueueEmpty")
  }
}

/** Thrown by `putNowait` when the queue has no room. */
export class QueueFull extends Error {
  override readonly name = "QueueFull"
  readonly code = "ERR_QUEUE_FULL"

  static {
    brand(this, "QueueFull")
  }
}

/** Thrown by `put` of a queue that was shut down, and by `get` once it is drained. */
export class QueueShutDown extends Error {
  override readonly name = "QueueShutDown"
  readonly code = "ERR_QUEUE_SHUT_DOWN"

  static {
    brand(this, "QueueShutDown")
  }
}
