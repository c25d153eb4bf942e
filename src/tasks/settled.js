import { BodyCoroutine } from "../core/body-coroutine.js";
import { wrapFuture } from "../core/wrap-future.js";
import { shield } from "./shield.js";
/**
 * Awaits a promise and holds a cancellation back until it has settled: for what must not be
 * left half done, such as a commit.
 *
 * @throws CancelledError once the promise has settled, if the task was cancelled meanwhile;
 * what the promise throws otherwise.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * console.log(await asyncio.run(() => asyncio.settled(Promise.resolve("committed")))) // -> committed
 * ```
 */
export function settled(promise) {
    return new BodyCoroutine("settled", waitUntilSettled, undefined, [promise]);
}
async function waitUntilSettled(promise) {
    const future = wrapFuture(promise);
    let cancelled;
    while (!future.done()) {
        try {
            await shield(future);
        }
        catch (error) {
            if (!future.done())
                cancelled ??= { error };
        }
    }
    if (cancelled === undefined)
        return future.result();
    if (!future.cancelled())
        future.exception(); // asked for, so that it is not reported as lost
    throw cancelled.error;
}
