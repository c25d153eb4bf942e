/**
 * A result that will come: set once, awaited any number of times.
 */
import { describe, refuseThenable } from "../structures/arguments.js";
import { CancelledError } from "../errors/cancelled-error.js";
import { InvalidStateError, RuntimeError } from "../errors/misuse.js";
import { requestBy, runningLoop } from "./ambient.js";
import { cancellation } from "./cancel-request.js";
import { currentFrame } from "./frame.js";
import { Handle } from "./handle.js";
import { reportLost, retrieved } from "./lost-errors.js";
import { UserCallback } from "./user-callback.js";
import { derive, Wait } from "./wait.js";
class CallbackListener {
    callback;
    #loop;
    #user;
    constructor(future, callback, context) {
        this.callback = callback;
        this.#loop = future[loopOf];
        this.#user = new UserCallback(this.#loop, () => callback(future), callback.name, context);
    }
    futureDone() {
        this.#loop.schedule(new Handle(this.#user));
    }
}
// What other files of this library need of a future and its users do not: keyed by symbols
// that no entry point exports.
/** The loop of a future. */
export const loopOf = Symbol("loop");
/** Asks for the cancellation of a future on behalf of whoever made the request. */
export const cancelFor = Symbol("cancelFor");
/** The futures that a future waits for, such as the children of a gather. */
export const awaits = Symbol("awaits");
/** Why a future may not be awaited by a frame, or undefined. */
export const refuse = Symbol("refuse");
export const listen = Symbol("listen");
export const unlisten = Symbol("unlisten");
export const returnWith = Symbol("returnWith");
export const failWith = Symbol("failWith");
/** Ends as cancelled; the first to ask gets the given error, later ones a new one without message. */
export const cancelWith = Symbol("cancelWith");
/** Nobody need ask for the outcome: it is never reported as lost. */
export const forget = Symbol("forget");
/** The message that a future was cancelled with. */
export const cancelMessage = Symbol("cancelMessage");
/** The cancelled error, as `result` would throw it. Only when cancelled. */
export const takeCancelledError = Symbol("takeCancelledError");
/**
 * A placeholder for a result; most programs use `Task` and `gather` instead.
 *
 * Awaiting a pending one suspends the task; awaiting one that is done does not. Outside
 * any task it can be awaited like a promise. Cancelling a task that awaits a future cancels
 * the future, and with it all others who await it; `shield` prevents that.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const future = new asyncio.Future<string>()
 *   asyncio.getRunningLoop().callLater(0.01, () => future.setResult("ready"))
 *   console.log(await future) // -> ready
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-future.html#asyncio.Future
 */
export class Future {
    [loopOf];
    // Invariants: the state leaves "pending" once; from then on #listeners is empty, and
    // each listener was told exactly once, in the order of registration.
    #state = "pending";
    #value;
    #error;
    #listeners = null;
    #retrieved = true;
    #request = null;
    #cancelledError = null;
    /** @throws RuntimeError if no loop is given and none runs. */
    constructor(options = {}) {
        this[loopOf] = options.loop ?? runningLoop("make a Future");
    }
    get [Symbol.toStringTag]() {
        return "Future";
    }
    done() {
        return this.#state !== "pending";
    }
    cancelled() {
        return this.#state === "cancelled";
    }
    /**
     * The result.
     *
     * @throws InvalidStateError while it is pending; CancelledError if it was cancelled; the
     * exception if it failed.
     */
    result() {
        switch (this.#state) {
            case "returned":
                return this.#value; // set together with the state
            case "pending":
                throw new InvalidStateError(`${this.toString()} is not done; await it, or ask done() first`);
            case "failed":
                this.#retrieved = true;
                throw this.#error;
            case "cancelled":
                throw this[takeCancelledError]();
        }
    }
    /**
     * The exception it failed with, or undefined when it did not fail.
     *
     * @throws InvalidStateError while it is pending; CancelledError if it was cancelled.
     */
    exception() {
        if (this.#state === "pending") {
            throw new InvalidStateError(`${this.toString()} is not done; await it, or ask done() first`);
        }
        if (this.#state === "cancelled")
            throw this[takeCancelledError]();
        this.#retrieved = true;
        return this.#error;
    }
    /**
     * Completes it with a result.
     *
     * @throws InvalidStateError if it is done; TypeError for a promise or coroutine, which
     * whoever awaits the result would run unasked.
     */
    setResult(value) {
        this.#mustBePending("set a result");
        refuseThenable(value, "a result");
        this[returnWith](value);
    }
    /**
     * Completes it with an exception; an error class is instantiated.
     *
     * @throws InvalidStateError if it is done.
     */
    setException(error) {
        this.#mustBePending("set an exception");
        this[failWith](typeof error === "function" ? new error() : error);
    }
    /**
     * Cancels it: awaiting it throws CancelledError.
     *
     * @returns false if it is done already
     */
    cancel(message) {
        return this[cancelFor](requestBy(message));
    }
    /** Calls `callback` with this future through the loop once it is done, also when it is done already. */
    addDoneCallback(callback, options = {}) {
        if (typeof callback !== "function")
            throw new TypeError(`a done callback is a function, not ${describe(callback)}`);
        const listener = new CallbackListener(this, callback, options.context);
        if (this.done())
            listener.futureDone();
        else
            this[listen](listener);
    }
    /** Takes every registration of `callback` back; returns how many there were. */
    removeDoneCallback(callback) {
        const before = this.#count();
        this.#keep((listener) => !(listener instanceof CallbackListener) || listener.callback !== callback);
        return before - this.#count();
    }
    then(onFulfilled, onRejected) {
        if (this.done())
            return derive(this.#outcome(), onFulfilled, onRejected);
        const frame = currentFrame();
        if (frame === undefined || frame.ended) {
            return new FutureWait(null, this).park(onFulfilled, onRejected);
        }
        const refusal = this[refuse](frame);
        if (refusal !== undefined)
            return derive(Promise.reject(refusal), onFulfilled, onRejected);
        return new FutureWait(frame, this).park(onFulfilled, onRejected);
    }
    catch(onRejected) {
        return this.then(undefined, onRejected);
    }
    finally(onFinally) {
        return afterwards(this, onFinally);
    }
    /** The loop it belongs to. */
    getLoop() {
        return this[loopOf]; // only event loops make futures
    }
    toString() {
        return `<${this[Symbol.toStringTag]} ${this.#state}>`;
    }
    [Symbol.for("nodejs.util.inspect.custom")]() {
        return this.toString();
    }
    [refuse](frame) {
        if (frame.loop === this[loopOf])
            return undefined;
        return new RuntimeError(`${this.toString()} belongs to another event loop than ${frame.owner?.label ?? "this code"}: ` +
            `await it where it was made, or hand over its result`);
    }
    [cancelFor](request) {
        if (this.#state !== "pending") {
            this.#retrieved = true;
            return false;
        }
        this.#request = request;
        this.#finish("cancelled");
        return true;
    }
    get [cancelMessage]() {
        return this.#request?.message;
    }
    [awaits]() {
        return [];
    }
    [listen](listener) {
        const listeners = this.#listeners;
        if (listeners === null)
            this.#listeners = listener;
        else if (Array.isArray(listeners))
            listeners.push(listener);
        else
            this.#listeners = [listeners, listener];
    }
    [unlisten](listener) {
        this.#keep((kept) => kept !== listener);
    }
    [returnWith](value) {
        this.#value = value;
        this.#finish("returned");
    }
    [failWith](error) {
        this.#error = error === undefined ? new Error("failed with undefined; throw an Error instead") : error;
        this.#retrieved = false;
        this.#finish("failed");
        if (!this.#retrieved)
            this[loopOf].lostErrors.add(this, this[loopOf].clock.time());
    }
    [cancelWith](error) {
        this.#cancelledError = error;
        this.#finish("cancelled");
    }
    [forget]() {
        this.#retrieved = true;
    }
    get [retrieved]() {
        return this.#retrieved;
    }
    [reportLost]() {
        this.#retrieved = true;
        this[loopOf].callExceptionHandler({
            message: `${this[Symbol.toStringTag]} exception was never retrieved`,
            exception: this.#error,
            future: this,
        });
    }
    /** The outcome as a native promise. Only when done. */
    #outcome() {
        if (this.#state === "returned")
            return Promise.resolve(this.#value);
        try {
            return Promise.resolve(this.result());
        }
        catch (error) {
            return Promise.reject(error);
        }
    }
    [takeCancelledError]() {
        const error = this.#cancelledError;
        this.#cancelledError = null;
        if (error !== null)
            return error;
        return this.#request === null ? new CancelledError() : cancellation(this.#request);
    }
    #finish(state) {
        this.#state = state;
        const listeners = this.#listeners;
        this.#listeners = null;
        if (listeners === null)
            return;
        if (!Array.isArray(listeners))
            listeners.futureDone();
        else
            for (const listener of listeners)
                listener.futureDone();
    }
    #mustBePending(attempt) {
        if (this.#state !== "pending") {
            throw new InvalidStateError(`cannot ${attempt}: ${this.toString()} is done; it takes one outcome`);
        }
    }
    #count() {
        return this.#listeners === null ? 0 : Array.isArray(this.#listeners) ? this.#listeners.length : 1;
    }
    #keep(keep) {
        const listeners = this.#listeners;
        if (Array.isArray(listeners))
            this.#listeners = listeners.filter(keep);
        else if (listeners !== null && !keep(listeners))
            this.#listeners = null;
    }
}
/** A line that awaits a future. With no frame it stands outside any task and waits as with a promise. */
export class FutureWait extends Wait {
    future;
    constructor(frame, future) {
        super(frame);
        this.future = future;
        future[listen](this);
        frame?.loop.newWaits.push(this);
    }
    futureDone() {
        if (this.frame === null)
            this.run();
        else
            this.wake();
    }
    info() {
        return { kind: this.future[Symbol.toStringTag], detail: this.future.toString() };
    }
    cancelAwaited(request) {
        return this.future[cancelFor](request);
    }
    // A cancellation that came after the outcome beats it, unless the outcome is one itself.
    resume(error) {
        let value;
        try {
            value = this.future.result();
        }
        catch (failure) {
            this.fail(error === null || failure instanceof CancelledError ? failure : error);
            return;
        }
        if (error === null)
            this.settle(value);
        else
            this.fail(error);
    }
    /** Whoever looks at a future with `then` may do so for longer than its frame lives. */
    orphan() {
        this.frame = null;
        this.tooLate = null;
    }
}
/** Calls an internal function through the loop once a future is done, like a done callback without context. */
export class Relay {
    quiet = true;
    #future;
    #callback;
    constructor(future, callback) {
        this.#future = future;
        this.#callback = callback;
        if (future.done())
            this.futureDone();
        else
            future[listen](this);
    }
    futureDone() {
        this.#future[loopOf].schedule(this);
    }
    run() {
        this.#callback(this.#future);
    }
    /** Takes the call back if the future is not done. */
    stop() {
        this.#future[unlisten](this);
    }
}
/** `finally` for anything of ours: the callback is awaited, and the outcome passed on. */
export function afterwards(target, onFinally) {
    if (typeof onFinally !== "function")
        return target.then(); // our `then` returns real promises
    return target.then(async (value) => {
        await onFinally();
        return value;
    }, async (error) => {
        await onFinally();
        throw error;
    });
}
