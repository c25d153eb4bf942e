/**
 * Deadlines over a body of code.
 */
import { checkFunction, checkSeconds } from "../structures/arguments.js";
import { isCancellation } from "../errors/cancelled-error.js";
import { RuntimeError } from "../errors/misuse.js";
import { TimeoutError } from "../errors/timeout-error.js";
import { requestBy } from "../core/ambient.js";
import { BodyCoroutine } from "../core/body-coroutine.js";
import { aim, countRequests, withdraw } from "../core/cancellation.js";
import { Handle, Step } from "../core/handle.js";
import { getRunningLoop } from "../core/running.js";
/** The body of a timeout; its frame is what an expiry cancels. */
class TimeoutBody extends BodyCoroutine {
    #timeout;
    constructor(timeout, body) {
        super("timeout", body, undefined, []);
        this.#timeout = timeout;
    }
    opened(frame) {
        this.#timeout[enter](frame);
    }
    returned(value, frame) {
        this.#timeout[leave](frame, undefined);
        return value;
    }
    threw(error, frame) {
        this.#timeout[leave](frame, { error });
        // What is left of a timeout that does not raise: nothing, as its type says.
        return undefined;
    }
    // As the body of a task it still needs a frame of its own to aim at.
    runAs(frame) {
        return this.start(frame, undefined, undefined); // without handlers the outcome passes through
    }
}
const enter = Symbol("enter");
const leave = Symbol("leave");
/**
 * A deadline for a body of code, made by `timeout`, `timeoutAt` or `moveOnAfter`.
 *
 * Invariant: a timer is set exactly while the body runs, the deadline is not null and has
 * not passed.
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.Timeout
 */
export class Timeout {
    #raises;
    #when;
    #state = "created";
    #handle = null;
    #frame = null;
    /** Requests on the line when the body began: those are none of ours. */
    #before = 0;
    #pendingBefore = false;
    constructor(when, raises) {
        this.#when = when;
        this.#raises = raises;
    }
    /**
     * Runs `body`, and cancels it when the deadline passes; gives the body's value.
     *
     * @throws TimeoutError if it was cancelled by the deadline (`moveOnAfter` gives undefined
     * instead); its cause is the cancellation. RuntimeError if this timeout was used before.
     * @throws CancelledError if somebody else cancels the task: the body is cancelled first.
     */
    run(body) {
        checkFunction(body, "the body of a timeout");
        // Timeout is invariant in Raises for the compiler only: nothing below depends on it.
        return new TimeoutBody(this, () => body(this));
    }
    /** The deadline in seconds of the loop's clock, or null. */
    when() {
        return this.#when;
    }
    /** Whether the deadline passed while the body ran. */
    expired() {
        return this.#state === "expiring" || this.#state === "expired";
    }
    /**
     * Moves the deadline; null removes it, one in the past is due at once.
     *
     * @throws RuntimeError unless the body runs and the deadline has not passed.
     */
    reschedule(when) {
        if (when !== null)
            checkSeconds(when, "the deadline");
        if (this.#state !== "active" || this.#frame === null) {
            throw new RuntimeError(this.#state === "created"
                ? "this timeout has not been entered; call reschedule from the body given to run(…)"
                : `cannot move the deadline of a timeout that is ${this.#state}`);
        }
        this.#when = when;
        this.#handle?.cancel();
        this.#handle = null;
        if (when === null)
            return;
        const { loop } = this.#frame;
        const expire = new Step("timeout", this.#expire);
        if (when <= loop.clock.time()) {
            this.#handle = new Handle(expire);
            loop.schedule(this.#handle);
        }
        else if (when !== Infinity) {
            this.#handle = loop.scheduleAt(when, expire);
        }
    }
    [enter](frame) {
        this.#state = "active";
        this.#frame = frame;
        frame.deadline = this.#when !== null;
        this.#before = countRequests(frame);
        this.#pendingBefore = frame.hasUndelivered;
        if (this.#when !== null)
            this.reschedule(this.#when);
    }
    /** Ends; throws what is to be thrown in place of `failure`. */
    [leave](frame, failure) {
        this.#handle?.cancel();
        this.#handle = null;
        this.#frame = null;
        if (this.#state !== "expiring") {
            this.#state = "finished";
            if (failure !== undefined)
                throw failure.error;
            return;
        }
        this.#state = "expired";
        const othersAsked = withdraw(frame) > this.#before || this.#pendingBefore;
        if (failure === undefined)
            return;
        if (othersAsked || !isCancellation(failure.error))
            throw failure.error;
        if (!this.#raises)
            return;
        throw new TimeoutError(`the deadline passed; its body was cancelled`, { cause: failure.error });
    }
    #expire = () => {
        this.#handle = null;
        if (this.#frame === null)
            return;
        this.#state = "expiring";
        aim(this.#frame, requestBy(undefined, "a timeout"));
    };
}
/**
 * A deadline `delay` seconds from now.
 *
 * @param delay - seconds; null for none yet (see `reschedule`)
 * @throws RangeError if `delay` is NaN; RuntimeError if no loop runs.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   try {
 *     await asyncio.timeout(0.01).run(() => asyncio.sleep(5))
 *   } catch (error) {
 *     console.log((error as Error).name) // -> TimeoutError
 *   }
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.timeout
 */
export function timeout(delay) {
    return new Timeout(deadline(delay, "the delay of timeout"), true);
}
/**
 * As `timeout`, with an absolute time of the loop's clock.
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.timeout_at
 */
export function timeoutAt(when) {
    if (when !== null)
        checkSeconds(when, "the deadline of timeoutAt");
    return new Timeout(when, true);
}
/**
 * A deadline that does not raise: when it passes, the body is cancelled and `run` gives
 * undefined; `expired()` tells.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   console.log(await asyncio.moveOnAfter(0.01).run(() => asyncio.sleep(5, "never"))) // -> undefined
 * })
 * ```
 */
export function moveOnAfter(delay) {
    return new Timeout(deadline(delay, "the delay of moveOnAfter"), false);
}
function deadline(delay, what) {
    const loop = getRunningLoop();
    if (delay === null || delay === undefined)
        return null;
    checkSeconds(delay, what);
    return loop.time() + delay;
}
