/**
 * A callback of the user's, with the context it was registered in.
 */
import { host, type ContextSnapshot } from "../host/host.ts"
import { currentContext } from "./ambient.ts"
import type { ContextValues } from "./context.ts"
import { Frame } from "./frame.ts"
import type { Callback } from "./handle.ts"
import { observer } from "./observer.ts"
import type { Scheduler } from "./scheduler.ts"

/**
 * The whole async context of the caller is captured, so that the user's own stores arrive;
 * of ours only the loop and the context variables do, since a callback belongs to no task.
 */
export class UserCallback implements Callback {
  readonly quiet = false
  readonly context: ContextValues
  readonly #loop: Scheduler
  readonly #function: () => void
  readonly #name: string
  readonly #snapshot: ContextSnapshot

  constructor(loop: Scheduler, callback: () => void, name: string, context: ContextValues = currentContext().copy()) {
    this.context = context
    this.#loop = loop
    this.#function = callback
    this.#name = name
    this.#snapshot = host.capture()
  }

  call(): void {
    this.#snapshot.run(UserCallback.#callNow, this)
  }

  describe(): string {
    return this.#name === "" ? "callback" : this.#name
  }

  static #callNow(this: void, self: UserCallback): void {
    const frame = new Frame(self.#loop, "callback", null, null, self.context)
    frame.ended = true
    host.setStore(frame)
    if (observer !== null) observer.handleBegun(self.describe(), self.#loop.clock.time())
    try {
      self.#function()
    } catch (exception) {
      self.#loop.callExceptionHandler({ message: `Exception in callback ${self.describe()}`, exception })
    }
    if (observer !== null) observer.handleDone(self.describe(), self.#loop.clock.time())
  }
}
