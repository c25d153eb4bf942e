/**
 * Coroutines: calls that have not started.
 */
import { CancelledError } from "../errors/cancelled-error.js";
import { RuntimeError } from "../errors/misuse.js";
import { currentFrame } from "./frame.js";
import { afterwards, cancelWith, failWith, forget, Future, returnWith } from "./future.js";
import { Unstarted } from "./unstarted.js";
import { derive } from "./wait.js";
/** Coroutines made outside any loop, such as the one given to `run`. */
export const madeOutside = new Unstarted();
// For files of this library; no entry point exports these.
/** Starts the coroutine's body as that of `frame`, which has begun; returns its outcome. */
export const launch = Symbol("launch");
/** Counts as started without running, such as a coroutine given to a task that is cancelled at once. */
export const close = Symbol("close");
/**
 * A call that runs when it is awaited, or when a task is made of it.
 *
 * It stands wherever a promise can, but nothing happens before its first `then`. It runs
 * once, however often it is looked at: a second `await` waits for the same run. Dropping
 * it unawaited is reported when the loop closes.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * const brew = asyncio.coroutine("brew", async (kind: string) => {
 *   await asyncio.sleep(0.01)
 *   return `${kind} is ready.`
 * })
 *
 * await asyncio.run(async () => {
 *   const chai = brew("Masala") // nothing runs yet
 *   console.log(await chai) // -> Masala is ready.
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#coroutines
 */
export class Coroutine {
    previous = null;
    next = null;
    #list;
    /** The outcome of the run, for those who look a second time. Set when it starts. */
    #outcome = null;
    constructor() {
        const frame = currentFrame();
        this.#list = frame === undefined ? madeOutside : frame.loop.unstarted;
        this.#list.add(this);
    }
    get unstarted() {
        return this.#list !== null;
    }
    get [Symbol.toStringTag]() {
        return "Coroutine";
    }
    then(onFulfilled, onRejected) {
        if (this.#list === null)
            return this.#lookAgain(onFulfilled, onRejected);
        const frame = currentFrame();
        if (frame === undefined || frame.ended) {
            this[close]();
            return derive(Promise.reject(noTask(this.name, frame)), onFulfilled, onRejected);
        }
        this.#started();
        return this.start(frame, onFulfilled, onRejected);
    }
    catch(onRejected) {
        return this.then(undefined, onRejected);
    }
    finally(onFinally) {
        return afterwards(this, onFinally);
    }
    toString() {
        return `<coroutine ${this.name}>`;
    }
    [Symbol.for("nodejs.util.inspect.custom")]() {
        return this.toString();
    }
    [launch](frame) {
        this.#started();
        const outcome = this.runAs(frame);
        this.#outcome = outcome;
        return outcome;
    }
    [close]() {
        this.#started();
    }
    /** Keeps the outcome for those who look again. */
    keep(outcome) {
        this.#outcome = outcome;
    }
    #started() {
        this.#list?.remove(this);
        this.#list = null;
    }
    // Each look has a future of its own: a cancelled look leaves the run alone.
    #lookAgain(onFulfilled, onRejected) {
        const outcome = this.#outcome ??
            Promise.reject(new RuntimeError(`${this.toString()} was closed before it ran; call the function again`));
        const frame = currentFrame();
        if (frame === undefined || frame.ended)
            return derive(outcome, onFulfilled, onRejected);
        const look = new Future({ loop: frame.loop });
        outcome.then((value) => {
            if (!look.done())
                look[returnWith](value);
        }, (error) => {
            if (look.done())
                return;
            if (error instanceof CancelledError)
                look[cancelWith](error);
            else
                look[failWith](error);
            look[forget]();
        });
        return look.then(onFulfilled, onRejected);
    }
}
/** Why a bare `await` finds no task, and what to do. */
function noTask(what, frame) {
    if (frame === undefined) {
        return new RuntimeError(`no running event loop to await '${what}' on; use asyncio.run(${what}(…))`);
    }
    const where = frame.owner === null
        ? "a callback belongs to no task"
        : `this is a callback made by ${frame.owner.label}, in ${frame.name}, which has ended`;
    return new RuntimeError(`cannot await '${what}' here: ${where}; wrap it in createTask(…) or run(…), or make the callback with bind(fn)`);
}
