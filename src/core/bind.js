import { checkFunction } from "../structures/arguments.js";
import { host } from "../host/host.js";
import { currentFrame, Frame } from "./frame.js";
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
export function bind(fn) {
    checkFunction(fn, "what bind takes");
    const frame = currentFrame();
    if (frame === undefined)
        return fn;
    const detached = new Frame(frame.loop, `bind(${fn.name})`, null, null, frame.context);
    detached.ended = true;
    return (...args) => host.enter(detached, (given) => fn(...given), args);
}
