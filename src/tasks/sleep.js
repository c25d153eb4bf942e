import { checkSeconds } from "../structures/arguments.js";
import { Operation, waiting, WakeCallback } from "../core/operation.js";
class Sleep extends Operation {
    #delay;
    #result;
    // Invariant: set exactly while a timer is to wake this sleep.
    #timer = null;
    constructor(delay, result) {
        super();
        this.#delay = delay;
        this.#result = result;
    }
    get name() {
        return "sleep";
    }
    begin(frame) {
        if (this.#delay <= 0) {
            this.wake();
            return waiting;
        }
        const { loop } = frame;
        if (this.#delay !== Infinity) {
            this.#timer = loop.scheduleAt(loop.clock.time() + this.#delay, new WakeCallback(this));
        }
        return waiting;
    }
    woken(error) {
        this.dropped();
        if (error !== null)
            throw error;
        return this.#result;
    }
    dropped() {
        this.#timer?.cancel();
        this.#timer = null;
    }
    info() {
        return { kind: "sleep", detail: `${this.#delay} s` };
    }
}
export function sleep(delay, result) {
    checkSeconds(delay, "the delay of sleep");
    return new Sleep(delay, result);
}
