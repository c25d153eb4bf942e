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
export function bind<A extends unknown[], R>(fn: (...args: A) => R): (...args: A) => R {
  checkFunction(fn, "what bind takes")
  const frame = currentFrame()
  if (frame === undefined) return fn
  const detached = detachedFrame(frame.loop, `bind(${fn.name})`, frame.context)
  return (...args) => host.enter(detached, (given: A) => fn(...given), args)
}
