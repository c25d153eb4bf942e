import { checkInteger, checkSeconds } from "../structures/arguments.js";
import { TimeoutError } from "../errors/timeout-error.js";
import { BodyCoroutine } from "../core/body-coroutine.js";
import { Relay } from "../core/future.js";
import { Step } from "../core/handle.js";
import { ensureFuture, getRunningLoop } from "../core/running.js";
import { Queue } from "../sync/queue.js";
import { iterate } from "./gather.js";
import { limited } from "./limited.js";
/**
 * Invariant: `#promised` counts what was handed out or may still be: each promised item
 * finds one entry in `#completed`, a future or the sentinel of the timeout.
 */
class Completion {
    #completed = new Queue();
    #relays = new Map();
    #promised;
    #timer = null;
    constructor(futures, timeout) {
        this.#promised = futures.size;
        for (const future of futures)
            this.#relays.set(future, new Relay(future, this.#onDone));
        if (futures.size > 0 && timeout !== null) {
            const loop = getRunningLoop();
            this.#timer = loop.scheduleAt(loop.time() + timeout, new Step("timeout of asCompleted", this.#onTimeout));
        }
    }
    /** Coroutines that give the results in the order of completion. */
    [Symbol.iterator]() {
        const next = async () => (await this.#take()).future.result();
        return {
            next: () => {
                if (this.#promised === 0)
                    return { done: true, value: undefined };
                this.#promised -= 1;
                return { done: false, value: new BodyCoroutine("asCompleted", next, undefined, []) };
            },
        };
    }
    /** The futures themselves, each done, in the order of completion. */
    [Symbol.asyncIterator]() {
        // Not an async generator: its `yield` would await the future instead of handing it out.
        // Within a result object it passes through every await.
        const next = async () => {
            if (this.#promised === 0)
                return { done: true, value: undefined };
            this.#promised -= 1;
            const { future } = await this.#take();
            return { done: false, value: future };
        };
        return { next };
    }
    async #take() {
        const { future } = await this.#completed.get();
        if (future === null)
            throw new TimeoutError("asCompleted ran out of time; what is left goes on running");
        return { future };
    }
    #onDone = (future) => {
        if (!this.#relays.delete(future))
            return;
        this.#completed.putNowait({ future });
        if (this.#relays.size === 0)
            this.#timer?.cancel();
    };
    #onTimeout = () => {
        for (const relay of this.#relays.values()) {
            relay.stop();
            this.#completed.putNowait({ future: null });
        }
        this.#relays.clear();
    };
}
/**
 * Runs awaitables concurrently and hands them out as they complete.
 *
 * `for await` gives the futures themselves, each done, so that one knows which it is; a
 * plain `for` gives coroutines to await for the results in that order. Leaving the loop, or
 * its timeout, leaves the rest running.
 *
 * @throws TypeError if no list is given. What is handed out throws TimeoutError once the
 * time is over.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const naps = [0.02, 0.01].map((delay) => asyncio.sleep(delay, delay))
 *   for (const next of asyncio.asCompleted(naps)) console.log(await next) // -> 0.01
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.as_completed
 */
export function asCompleted(work, options = {}) {
    const { timeout = null, limit } = options;
    if (timeout !== null)
        checkSeconds(timeout, "the timeout of asCompleted");
    if (limit !== undefined)
        checkInteger(limit, "the limit of asCompleted", 1);
    const items = new Set(iterate(work, "asCompleted"));
    const start = limit === undefined ? ensureFuture : limited(limit);
    const futures = new Set();
    for (const item of items)
        futures.add(start(item));
    return new Completion(futures, timeout); // each has the result type of its item
}
