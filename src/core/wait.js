/**
 * The one place where a task is suspended.
 *
 * A `Wait` is one line of somebody's code, parked at an `await` of ours: it holds what
 * `then` received, and hangs below the frame that awaits. It is woken at most once; its
 * turn in the ready queue then resumes the line, or parks it again when the operation is
 * not finished.
 */
import { CancelledError } from "../errors/cancelled-error.js";
import { observer } from "./observer.js";
import { cancellation } from "./cancel-request.js";
let resolveCaptured;
let rejectCaptured;
function capture(resolve, reject) {
    resolveCaptured = resolve;
    rejectCaptured = reject;
}
/**
 * States: *pending* until something wakes it; *woken* or *cancelled* while it stands in the
 * ready queue; *over* once the line was resumed. Only pending ones go to woken or cancelled,
 * so what is given to a waiter is given once.
 *
 * Invariant: a wait hangs below its frame exactly until it is over.
 */
export class Wait {
    quiet = true;
    frame;
    previous = null;
    next = null;
    state = "pending";
    /** Why it was cancelled. */
    request = null;
    /** A request that came too late to cancel what is awaited: thrown at the next turn. */
    tooLate = null;
    #doom = null;
    // Takes unknown and not T, so that a wait for T is also one for what T extends.
    #resolve;
    #reject;
    #promise;
    constructor(frame) {
        this.frame = frame;
        this.#promise = new Promise(capture); // capture takes what any executor gets
        this.#resolve = resolveCaptured;
        this.#reject = rejectCaptured;
    }
    /** Parks the line that called `then`; returns what `then` is to return. */
    park(onFulfilled, onRejected) {
        const { frame } = this;
        if (frame !== null) {
            frame.attach(this);
            if (observer !== null && frame.owner !== null) {
                observer.taskParked(frame.owner, this.info(), frame.loop.clock.time());
            }
            const request = frame.takeUndelivered();
            if (request !== null)
                this.interrupt(request);
            frame.loop.rest(frame);
        }
        return derive(this.#promise, onFulfilled, onRejected);
    }
    /** Puts the wait into the ready queue; false if it was woken or cancelled before. */
    wake() {
        if (this.state !== "pending")
            return false;
        this.state = "woken";
        this.schedule();
        return true;
    }
    schedule() {
        this.frame?.loop.schedule(this);
    }
    run() {
        if (this.state === "over")
            return;
        const request = this.request ?? this.tooLate;
        this.request = null;
        this.tooLate = null;
        if (this.#doom !== null)
            this.fail(this.#doom);
        else
            this.resume(request === null ? null : cancellation(request));
    }
    /** Resumes the line with `error`, through the ready queue; what was awaited is let alone. */
    doom(error) {
        this.#doom = error;
        if (this.state === "pending")
            this.state = "woken";
        this.schedule();
    }
    /** What the line will get. */
    get outcome() {
        return this.#promise;
    }
    /** Resumes the line with a value. */
    settle(value) {
        this.#over();
        this.#resolve(value);
    }
    /** Resumes the line with an error. */
    fail(error) {
        this.#over();
        this.#reject(error);
    }
    interrupt(request) {
        if (this.state !== "pending" || !this.cancelAwaited(request))
            this.tooLate = request;
    }
    forgive() {
        this.tooLate = null;
    }
    /** Ends without a turn, since nothing outlives the frame that started it. */
    abandon() {
        const { frame } = this;
        this.state = "over";
        this.frame = null;
        const what = this.info().kind;
        this.#promise.catch(() => undefined);
        this.#reject(new CancelledError(`nothing outlives the frame that started it`));
        frame?.loop.callExceptionHandler({
            message: `'${what}' was still waiting when '${frame.name}' ended, and was cancelled: ` +
                `await it there, or give it to createTask(…)`,
        });
    }
    #over() {
        this.state = "over";
        const { frame } = this;
        if (frame === null)
            return;
        frame.detach(this);
        frame.loop.turn = frame;
        if (observer !== null && frame.owner !== null) {
            observer.taskResumed(frame.owner, frame.loop.clock.time());
        }
    }
}
/**
 * `promise.then`, except that a `CancelledError` which the caller does not handle never
 * counts as an unhandled rejection: whoever asked for it knows.
 */
export function derive(promise, onFulfilled, onRejected) {
    const derived = promise.then(onFulfilled, onRejected);
    if (typeof onRejected !== "function")
        derived.then(undefined, throwUnlessCancelled);
    return derived; // a missing handler passes the outcome on, as its type says
}
function throwUnlessCancelled(error) {
    if (!(error instanceof CancelledError))
        throw error;
}
