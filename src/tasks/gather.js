/**
 * Several awaitables at once, results in the order of the arguments.
 */
import { checkInteger, describe } from "../structures/arguments.js";
import { CancelledError } from "../errors/cancelled-error.js";
import { Future, Relay, awaits, cancelFor, cancelMessage, failWith, returnWith, takeCancelledError } from "../core/future.js";
import { ensureFuture, getRunningLoop } from "../core/running.js";
import { limited } from "./limited.js";
/**
 * Invariants: `#left` is the number of distinct children that are not done; the outcome is
 * set by the first failure (unless exceptions are returned), else when `#left` reaches 0.
 */
class Gathering extends Future {
    #children;
    #returnExceptions;
    #left;
    #cancelRequested = false;
    constructor(loop, children, returnExceptions) {
        super({ loop });
        this.#children = children;
        this.#returnExceptions = returnExceptions;
        const distinct = new Set(children);
        this.#left = distinct.size;
        const done = [];
        for (const child of distinct) {
            if (child.done())
                done.push(child);
            else
                new Relay(child, this.#childDone);
        }
        for (const child of done)
            this.#childDone(child);
        if (children.length === 0)
            this[returnWith]([]);
    }
    get [Symbol.toStringTag]() {
        return "gather";
    }
    [cancelFor](request) {
        if (this.done())
            return false;
        let accepted = false;
        for (const child of this.#children) {
            if (child[cancelFor](request))
                accepted = true;
        }
        if (accepted)
            this.#cancelRequested = true;
        return accepted;
    }
    [awaits]() {
        return this.#children;
    }
    #childDone = (child) => {
        this.#left -= 1;
        if (this.done()) {
            if (!child.cancelled())
                child.exception(); // asked for, so that it is not reported as lost
            return;
        }
        if (!this.#returnExceptions) {
            const error = child.cancelled() ? child[takeCancelledError]() : child.exception();
            if (error !== undefined) {
                this[failWith](error);
                return;
            }
        }
        if (this.#left > 0)
            return;
        const results = this.#children.map(outcomeOf);
        // Asked to cancel, a gather ends cancelled whatever its children made of it (bpo-32684).
        if (this.#cancelRequested)
            this[failWith](child.cancelled() ? child[takeCancelledError]() : new CancelledError());
        else
            this[returnWith](results);
    };
}
function outcomeOf(child) {
    if (child.cancelled())
        return new CancelledError(child[cancelMessage] ?? "");
    return child.exception() ?? child.result();
}
export function gather(work, options = {}) {
    const items = iterate(work, "gather");
    if (options.limit !== undefined)
        checkInteger(options.limit, "the limit of gather", 1);
    const started = new Map();
    const start = options.limit === undefined ? ensureFuture : limited(options.limit);
    let loop;
    const children = items.map((item) => {
        let child = started.get(item);
        if (child === undefined) {
            child = start(item, loop);
            loop ??= child.getLoop();
            started.set(item, child);
        }
        return child;
    });
    return new Gathering(loop ?? getRunningLoop(), children, options.returnExceptions === true);
}
/** @throws TypeError unless `work` can be iterated, as when arguments are not put in a list. */
export function iterate(work, caller) {
    if (typeof work === "object" && work !== null && Symbol.iterator in work)
        return [...work];
    throw new TypeError(`${caller} takes a list of awaitables: ${caller}([a(), b()]), not ${describe(work)}`);
}
