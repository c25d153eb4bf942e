/**
 * Where callbacks of the user's run: with the whole async context of their registration, so
 * that the user's own stores arrive; of ours only the loop and the context variables do,
 * since a callback belongs to no task.
 */
import { host, type ContextSnapshot } from "../host/host.ts"
import { currentContext } from "./ambient.ts"
import type { ContextValues } from "./context.ts"
import { detachedFrame } from "./frame.ts"
import { observer } from "./observer.ts"
import type { Scheduler } from "./scheduler.ts"

interface Entry<A> {
  readonly self: CallbackContext
  readonly name: string
  readonly callback: (argument: A) => void
  readonly argument: A
}

export class CallbackContext {
  readonly loop: Scheduler
  readonly context: ContextValues
  readonly #snapshot: ContextSnapshot

  constructor(loop: Scheduler, context: ContextValues = currentContext().copy(), snapshot: ContextSnapshot = host.capture()) {
    this.loop = loop
    this.context = context
    this.#snapshot = snapshot
  }

  /** The same for one more, with a copy of the context variables. */
  copy(): CallbackContext {
    return new CallbackContext(this.loop, this.context.copy(), this.#snapshot)
  }

  /** Calls `callback` there; what it throws goes to whoever calls this. */
  run<A>(name: string, callback: (argument: A) => void, argument: A): void {
    const entry: Entry<A> = { self: this, name, callback, argument }
    this.#snapshot.run(CallbackContext.#enter as (entry: Entry<A>) => void, entry)
  }

  static #enter(this: void, { self, name, callback, argument }: Entry<unknown>): void {
    host.setStore(detachedFrame(self.loop, "callback", self.context))
    if (observer === null) {
      callback(argument)
      return
    }
    observer.handleBegun(name, self)
    try {
      callback(argument)
    } finally {
      observer?.handleDone(name, self)
    }
  }
}
