import { brand } from "./brand.ts"

/** Thrown by `getNowait` when the queue holds nothing. */
export class QueueEmpty extends Error {
  declare readonly name: "QueueEmpty"
  declare readonly code: "ERR_QUEUE_EMPTY"

  static {
    brand(this, "QueueEmpty", "ERR_QUEUE_EMPTY")
  }
}

/** Thrown by `putNowait` when the queue has no room. */
export class QueueFull extends Error {
  declare readonly name: "QueueFull"
  declare readonly code: "ERR_QUEUE_FULL"

  static {
    brand(this, "QueueFull", "ERR_QUEUE_FULL")
  }
}

/** Thrown by `put` of a queue that was shut down, and by `get` once it is drained. */
export class QueueShutDown extends Error {
  declare readonly name: "QueueShutDown"
  declare readonly code: "ERR_QUEUE_SHUT_DOWN"

  static {
    brand(this, "QueueShutDown", "ERR_QUEUE_SHUT_DOWN")
  }
}
