/** An internal step as a callback: no user code, no context. */
export class Step {
    quiet = true;
    context = undefined;
    #name;
    #function;
    constructor(name, step) {
        this.#name = name;
        this.#function = step;
    }
    call() {
        this.#function();
    }
    describe() {
        return this.#name;
    }
}
/**
 * A callback that was scheduled; `cancel` takes it back.
 *
 * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.Handle
 */
export class Handle {
    // Invariant: a cancelled handle has no callback, so nothing it captured is retained.
    #callback;
    constructor(callback) {
        this.#callback = callback;
    }
    get quiet() {
        return this.#callback === null || this.#callback.quiet;
    }
    /** Takes the callback back; does nothing when it has run. */
    cancel() {
        this.#callback = null;
    }
    cancelled() {
        return this.#callback === null;
    }
    /** The context in which the callback runs. */
    getContext() {
        return this.#callback?.context;
    }
    /** Calls the callback unless it was cancelled. The loop's to call. */
    run() {
        this.#callback?.call();
    }
    toString() {
        return this.#callback === null ? "<Handle cancelled>" : `<Handle ${this.#callback.describe()}>`;
    }
}
/**
 * A callback scheduled for a time of the loop's clock.
 *
 * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.TimerHandle
 */
export class TimerHandle extends Handle {
    #when;
    /** Breaks ties: timers due at one instant run in the order in which they were set. */
    sequence;
    #onCancel;
    constructor(when, sequence, callback, onCancel) {
        super(callback);
        this.#when = when;
        this.sequence = sequence;
        this.#onCancel = onCancel;
    }
    /** When the callback is due, in seconds of the loop's clock. */
    when() {
        return this.#when;
    }
    cancel() {
        if (!this.cancelled())
            this.#onCancel();
        super.cancel();
    }
    toString() {
        return `${super.toString().slice(0, -1)} at ${this.#when}>`;
    }
}
