import { Coroutine } from "./coroutine.js";
import { derive, Wait } from "./wait.js";
/** What `begin` and `woken` return to wait (again). */
export const waiting = Symbol("waiting");
export class Operation extends Coroutine {
    #wait = null;
    #frame = null;
    /** What it waits for, for people. */
    info() {
        return { kind: this.name };
    }
    /** Lets the operation have its turn; false if it is to have one already. */
    wake() {
        return this.wait().wake();
    }
    /** Whether it has neither been woken nor cancelled. */
    get pending() {
        return this.#wait === null || this.#wait.state === "pending";
    }
    /** Whether its wait was cancelled before anything woke it. */
    get cancelled() {
        return this.#wait?.state === "cancelled";
    }
    get frame() {
        if (this.#frame === null)
            throw new TypeError(`${this.toString()} has not started`);
        return this.#frame;
    }
    start(frame, onFulfilled, onRejected) {
        this.#frame = frame;
        let result;
        try {
            result = this.begin(frame);
        }
        catch (error) {
            const failed = Promise.reject(error);
            this.keep(failed);
            return derive(failed, onFulfilled, onRejected);
        }
        if (result !== waiting) {
            const finished = Promise.resolve(result); // T is never `waiting`, which this module keeps
            this.keep(finished);
            return derive(finished, onFulfilled, onRejected);
        }
        const wait = this.wait();
        this.keep(wait.outcome);
        return wait.park(onFulfilled, onRejected);
    }
    runAs(frame) {
        return this.start(frame, undefined, undefined); // without handlers the outcome passes through
    }
    /** The suspension, made when it is first needed. */
    wait() {
        this.#wait ??= new OperationWait(this.frame, this);
        return this.#wait;
    }
}
/** Lets an operation have its turn when a timer is due. */
export class WakeCallback {
    quiet = true;
    context = undefined;
    #operation;
    constructor(operation) {
        this.#operation = operation;
    }
    call() {
        this.#operation.wake();
    }
    describe() {
        return `wake ${this.#operation.name}`;
    }
}
class OperationWait extends Wait {
    #operation;
    constructor(frame, operation) {
        super(frame);
        this.#operation = operation;
    }
    info() {
        return this.#operation.info();
    }
    cancelAwaited(request) {
        this.state = "cancelled";
        this.request = request;
        this.schedule();
        return true;
    }
    resume(error) {
        let result;
        try {
            result = this.#operation.woken(error);
        }
        catch (failure) {
            this.fail(failure);
            return;
        }
        if (result === waiting)
            this.state = "pending";
        else
            this.settle(result); // T is never `waiting`
    }
    orphan() {
        this.#operation.dropped();
        this.abandon();
    }
}
