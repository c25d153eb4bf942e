/**
 * A callback of the user's, with the context it was registered in.
 */
import { host, type ContextSnapshot } from "../host/host.ts"
import { currentContext } from "./ambient.ts"
import type { ContextValues } from "./context.ts"
import { detachedFrame } from "./frame.ts"
import type { Callback } from "./handle.ts"
import { observer } from "./observer.ts"
import { origins } from "./place.ts"
import type { Scheduler } from "./scheduler.ts"

/**
 * The whole async context of the caller is captured, so that the user's own stores arrive;
 * of ours only the loop and the context variables do, since a callback belongs to no task.
 */
export class UserCallback implements Callback {
  readonly quiet = false
  readonly context: ContextValues
  readonly loop: Scheduler
  readonly #function: () => void
  readonly #name: string
  readonly #snapshot: ContextSnapshot

  constructor(loop: Scheduler, callback: () => void, name: string, context: ContextValues = currentContext().copy()) {
    this.context = context
    this.loop = loop
    this.#function = callback
    this.#name = name
    this.#snapshot = host.capture()
    if (observer !== null) observer.callbackMade(this)
  }

  call(handle: object): void {
    this.#snapshot.run(UserCallback.#callNow, { callback: this, handle })
  }

  describe(): string {
    return this.#name === "" ? "callback" : this.#name
  }

  static #callNow(this: void, { callback: self, handle }: { callback: UserCallback; handle: object }): void {
    host.setStore(detachedFrame(self.loop, "callback", self.context))
    if (observer !== null) observer.handleBegun(self.describe(), self.loop.clock.time(), self)
    try {
      self.#function()
    } catch (exception) {
      // Written down for the callback, asked of the handle.
      const made = origins.get(self)
      if (made !== undefined) origins.set(handle, made)
      self.loop.callExceptionHandler({ message: `Exception in callback ${self.describe()}`, exception, handle })
    }
    if (observer !== null) observer.handleDone(self.describe(), self.loop.clock.time(), self)
  }
}
