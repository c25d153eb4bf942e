import { checkFunction } from "../structures/arguments.ts"
import { host } from "../host/host.ts"
import { currentFrame, detachedFrame } from "./frame.ts"

/**
 * Detaches a function from the task it is made in: for callbacks handed to foreign code
 * that calls them at other times. Inside, `createTask` works and `currentTask()` is
 * undefined; a bare `await` of ours is refused with the way out.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const onTick = asyncio.bind(() => console.log(asyncio.currentTask())) // -> undefined
 *   onTick()
 * })
 * ```
 */
export function bind<F extends Function>(fn: F): F {
  checkFunction(fn, "what bind takes")
  const frame = currentFrame()
  if (frame === undefined) return fn
  const detached = detachedFrame(frame.loop, `bind(${fn.name})`, frame.context)
  function bound(this: unknown, ...args: unknown[]): unknown {
    return host.enter(detached, (given: unknown[]): unknown => Reflect.apply(fn, this, given), args)
  }
  // Frameworks look at how many arguments a function takes.
  for (const key of ["name", "length"] as const) {
    Object.defineProperty(bound, key, { value: fn[key], configurable: true })
  }
  return bound as unknown as F // it is called as fn is
}
