import { Coroutine } from "../core/coroutine.js";
import { BodyCoroutine } from "../core/body-coroutine.js";
import { ensureFuture } from "../core/running.js";
import { Semaphore } from "../sync/semaphore.js";
/** Wraps work so that it holds one of the permits while it runs; its name stays. */
export function withPermit(permits, work) {
    const run = async () => {
        const held = await permits.acquire();
        try {
            return await (typeof work === "function" ? work() : work);
        }
        finally {
            held.release();
        }
    };
    return new BodyCoroutine(work.name, run, undefined, []);
}
/** Starts coroutines and functions as tasks of which at most `limit` run at a time. */
export function limited(limit) {
    const permits = new Semaphore(limit);
    return (work, loop) => {
        if (work instanceof Coroutine || typeof work === "function") {
            return ensureFuture(withPermit(permits, work), loop);
        }
        return ensureFuture(work, loop);
    };
}
