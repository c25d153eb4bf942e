import { describe, isThenable } from "../structures/arguments.js";
import { runningLoop } from "./ambient.js";
import { failWith, Future, returnWith } from "./future.js";
/**
 * A future with the outcome of a promise that is running: awaiting it can be interrupted
 * at once, while the promise goes on.
 *
 * Cancelling it does not stop what the promise stands for; pass `task.signal` to a host
 * function for that. What comes after a cancellation is dropped.
 *
 * @throws TypeError if `promise` is none; RuntimeError if no loop runs.
 */
export function wrapFuture(promise, options = {}) {
    if (promise instanceof Future)
        return promise; // a Future of T is a PromiseLike of T
    if (!isThenable(promise))
        throw new TypeError(`wrapFuture takes a promise, not ${describe(promise)}`);
    const loop = options.loop ?? runningLoop("wrap a promise");
    const future = new Future({ loop });
    loop.hostOperations += 1;
    const settled = (complete) => {
        loop.hostOperations -= 1;
        if (!future.done())
            complete();
        loop.wake();
    };
    promise.then((value) => settled(() => future[returnWith](value)), (error) => settled(() => future[failWith](error)));
    return future;
}
