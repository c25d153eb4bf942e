/**
 * A callback of the user's, with the context it was registered in.
 */
import { CallbackContext } from "./callback-context.ts"
import type { ContextValues } from "./context.ts"
import type { Callback } from "./handle.ts"
import { lineObserver } from "./observer.ts"
import { origins } from "./place.ts"
import type { Scheduler } from "./scheduler.ts"

export class UserCallback extends CallbackContext implements Callback {
  readonly quiet = false
  readonly #function: () => void
  readonly #name: string

  constructor(loop: Scheduler, callback: () => void, name: string, context?: ContextValues) {
    super(loop, context)
    this.#function = callback
    this.#name = name
    if (lineObserver !== null) lineObserver.callbackMade(this)
  }

  call(handle: object): void {
    this.run(this.describe(), this.#callNow, handle)
  }

  describe(): string {
    return this.#name === "" ? "callback" : this.#name
  }

  readonly #callNow = (handle: object): void => {
    try {
      this.#function()
    } catch (exception) {
      // Written down for the callback, asked of the handle.
      const made = origins.get(this)
      if (made !== undefined) origins.set(handle, made)
      this.loop.callExceptionHandler({ message: `Exception in callback ${this.describe()}`, exception, handle })
    }
  }
}
