import { Operation, waiting } from "../core/operation.js";
import { Binding } from "./binding.js";
import { WaitList } from "./wait-list.js";
/**
 * A flag that tasks can wait for.
 *
 * `set` wakes everybody who waits at that moment, even if `clear` follows at once.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const ready = new asyncio.Event()
 *   asyncio.getRunningLoop().callLater(0.01, () => ready.set())
 *   console.log(await ready.wait()) // -> true
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-sync.html#asyncio.Event
 */
export class Event {
    // Invariant: while the flag is up, nobody in line is pending.
    #waiters = new WaitList();
    #binding = new Binding("Event");
    #set = false;
    isSet() {
        return this.#set;
    }
    /** Raises the flag and wakes everybody who waits. */
    set() {
        if (this.#set)
            return;
        this.#set = true;
        this.#waiters.wakeAll();
    }
    /** Lowers the flag: who comes from now on waits for the next `set`. */
    clear() {
        this.#set = false;
    }
    /**
     * Waits for the flag; does not suspend when it is up.
     *
     * @throws RuntimeError if it has to wait and tasks of another loop wait for it.
     * @throws CancelledError if the task is cancelled first; nobody is left in line.
     */
    wait() {
        return new WaitForEvent(this, this.#waiters, this.#binding);
    }
    /** A snapshot for people and tests. */
    statistics() {
        return { isSet: this.#set, tasksWaiting: this.#waiters.size };
    }
}
class WaitForEvent extends Operation {
    #event;
    #waiters;
    #binding;
    constructor(event, waiters, binding) {
        super();
        this.#event = event;
        this.#waiters = waiters;
        this.#binding = binding;
    }
    get name() {
        return "Event.wait";
    }
    begin() {
        if (this.#event.isSet())
            return true;
        this.#binding.bind(this);
        this.#waiters.add(this);
        return waiting;
    }
    woken(error) {
        this.dropped();
        if (error !== null)
            throw error;
        return true;
    }
    dropped() {
        this.#waiters.remove(this);
    }
}
