/**
 * For hosts that do not follow `await`, such as browsers: finds out whose an `await` is, and
 * says who runs when it is over.
 *
 * `await x` reads `x.then` at once, where it is certain who runs, and calls it in a microtask
 * of its own. So `then` becomes a getter that remembers the frame. What it is given is called
 * in a turn of that frame, and the store is right until the next await of ours.
 *
 * One store cannot tell two lines of a task apart when both go on in one turn. A frame
 * therefore waits for one thing at a time: a line that awaits beside another is refused, and
 * the other goes on.
 */
import { CancelledError } from "../errors/cancelled-error.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { host, type Then } from "../host/host.ts"
import { close, Coroutine } from "./coroutine.ts"
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
      // Who calls `then` himself does so before this microtask; the engine's come after it.
      let byEngine = false
      host.microtask(() => {
        byEngine = true
      })
      return (onFulfilled: unknown, onRejected: unknown) => {
        const lives = frame !== undefined && !frame.ended
        if (lives && frame.first !== null && !(this instanceof Future && this.done())) {
          if (this instanceof Coroutine && this.unstarted) this[close]()
          const refused = Promise.reject<unknown>(secondWait(this, frame))
          return refused.then(onFulfilled as Handler, onRejected as Handler) // `then` takes anything
        }
        const fail = (error: unknown): never => {
          // Whoever asked for a cancellation knows of it.
          if (error instanceof CancelledError) derived.catch(ignore)
          throw error
        }
        const running = host.store()
        host.setStore(frame)
        if (lives && !byEngine) host.microtask(() => goDown(frame))
        const derived = implementation(this, inTurnOf(frame, onFulfilled, pass), inTurnOf(frame, onRejected, fail), byEngine)
        // The engine called for a line that has parked now, unless there was no need to.
        if (!lives || !byEngine) host.setStore(running)
        else if (frame.first !== null) host.setStore(frame.first instanceof Frame ? frame.first : undefined)
        return derived
      }
    },
  })
}

/** The code of `frame` has begun a coroutine without awaiting it, and comes to its own first `await`. */
function goDown(frame: Frame): void {
  if (frame.first instanceof Frame && host.store() === frame) host.setStore(frame.first)
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
    return new Promise((resolve, reject) => {
      const run = (): void => {
        if (!frame.ended) loop.turn = frame
        try {
          resolve(call())
        } catch (error) {
          reject(error)
        }
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
