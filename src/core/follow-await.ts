/**
 * For hosts that do not follow `await`, such as browsers: finds out whose an `await` is, and
 * says who runs when it is over.
 *
 * `await x` reads `x.then` at once, where it is certain who runs, and calls it in a microtask
 * of its own; so `then` becomes a getter that remembers the frame. What it is given is called
 * in a turn of that frame, so the store is right until the next await of ours.
 *
 * One store cannot tell two lines of a task apart when both go on in one turn. A frame
 * therefore waits for one thing at a time: a line that awaits beside another is refused, and
 * the other goes on.
 */
import { CancelledError } from "../errors/cancelled-error.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { host, type Then } from "../host/host.ts"
import { currentFrame, Frame } from "./frame.ts"
import { Future } from "./future.ts"
import { ignore } from "./wait.ts"

type Handler = (outcome: unknown) => unknown

const pass: Handler = (value) => value

/** Makes `then` the method of that name of `prototype`, for the frame that reads it. */
export function followAwait(prototype: object, then: Then): void {
  const implementation = then as unknown as (...given: unknown[]) => Promise<unknown> // called as a method of that prototype is
  Object.defineProperty(prototype, "then", {
    get(this: object) {
      const frame = currentFrame()
      return (onFulfilled: unknown, onRejected: unknown) => {
        const crowded = frame !== undefined && !frame.ended && frame.first !== null
        if (crowded && !(this instanceof Future && this.done())) {
          const refused = Promise.reject<unknown>(secondWait(this, frame))
          return refused.then(onFulfilled as Handler, onRejected as Handler) // `then` takes anything
        }
        const running = host.store()
        host.setStore(frame)
        const fail = (error: unknown): never => {
          // Whoever asked for a cancellation knows of it.
          if (error instanceof CancelledError) derived.catch(ignore)
          throw error
        }
        const derived = implementation(this, inTurnOf(frame, onFulfilled, pass), inTurnOf(frame, onRejected, fail), false)
        // A coroutine has begun, and runs on when this call is over.
        host.setStore(frame?.first instanceof Frame ? frame.first : running)
        return derived
      }
    },
  })
}

// Without a handler too: what awaits the derived promise goes on in that turn.
function inTurnOf(frame: Frame | undefined, given: unknown, missing: Handler): unknown {
  if (frame === undefined) return given
  const handler = typeof given === "function" ? (given as Handler) : missing // `then` takes anything
  return (outcome: unknown) => {
    const { loop } = frame
    const call = (): unknown => {
      host.setStore(frame)
      return handler(outcome)
    }
    if ((!frame.ended && loop.inTurn(frame)) || !loop.running) return call()
    // A foreign promise has ended what was awaited, in the midst of whoever's turn.
    return new Promise((resolve) => {
      const run = (): void => {
        if (!frame.ended) loop.turn = frame
        resolve(call())
        if (frame.ended) host.setStore(undefined)
      }
      loop.schedule({ quiet: false, run })
    })
  }
}

function secondWait(awaited: object, frame: Frame): RuntimeError {
  return new RuntimeError(
    `cannot await ${String(awaited)}: '${frame.name}' waits already, and in a browser a task waits for one thing at a time; ` +
      `use gather(…) or createTask(…)`,
  )
}
