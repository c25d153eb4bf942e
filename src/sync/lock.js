import { checkFunction } from "../structures/arguments.js";
import { RuntimeError } from "../errors/misuse.js";
import { Operation, waiting } from "../core/operation.js";
import { Binding } from "./binding.js";
import { Held } from "./held.js";
import { runHolding } from "./run-holding.js";
import { WaitList } from "./wait-list.js";
// What operations on a lock need of it, `Condition.wait` among them.
export const tryAcquire = Symbol("tryAcquire");
export const enqueue = Symbol("enqueue");
/** The turn of one in line has come. */
export const taken = Symbol("taken");
/** One in line gives up without a turn. */
export const leaveLine = Symbol("leaveLine");
/**
 * A mutex: one task at a time, first come, first served.
 *
 * It has no owner: any code may release it. Between a `release` and the turn of the task
 * it wakes, `locked()` is false, but whoever comes then queues behind that task.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const lock = new asyncio.Lock()
 *   console.log(await lock.run(async () => lock.locked())) // -> true
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-sync.html#asyncio.Lock
 */
export class Lock {
    // Invariant: while the lock is free and somebody waits, the first in line has been woken
    // or cancelled; its turn takes the lock, or wakes the next.
    #waiters = new WaitList();
    #binding = new Binding("Lock");
    #locked = false;
    locked() {
        return this.#locked;
    }
    /**
     * Takes the lock, waiting for it if necessary; taking a free one does not suspend.
     *
     * @returns something that releases it: `using held = await lock.acquire()`
     * @throws RuntimeError if it has to wait and tasks of another loop use the lock.
     * @throws CancelledError if the task is cancelled first; the lock is not held, and a
     * wake-up that was on its way goes to the next in line.
     */
    acquire() {
        return new AcquireLock(this);
    }
    /**
     * Gives the lock back and wakes the task that has waited longest.
     *
     * @throws RuntimeError if nobody holds it.
     */
    release() {
        if (!this.#locked)
            throw new RuntimeError("this Lock is not acquired; release it once for each acquire");
        this.#locked = false;
        this.#waiters.wakeHead();
    }
    /** Runs `body` while holding the lock; gives the body's value. */
    run(body) {
        checkFunction(body, "the body of Lock.run");
        return runHolding("Lock.run", this, body);
    }
    /** A snapshot for people and tests. */
    statistics() {
        return { locked: this.#locked, tasksWaiting: this.#waiters.size };
    }
    /** Takes it if it is free and nobody is in line. */
    [tryAcquire]() {
        if (this.#locked || !this.#waiters.allCancelled)
            return false;
        this.#locked = true;
        return true;
    }
    [enqueue](operation) {
        this.#binding.bind(operation);
        this.#waiters.add(operation);
    }
    /** The turn of one in line: it takes the lock, or, cancelled, leaves it to the next. */
    [taken](operation, error) {
        this.#waiters.remove(operation);
        if (error === null) {
            this.#locked = true;
            return;
        }
        if (!this.#locked)
            this.#waiters.wakeHead();
        throw error;
    }
    [leaveLine](operation) {
        this.#waiters.remove(operation);
        if (!this.#locked)
            this.#waiters.wakeHead();
    }
}
class AcquireLock extends Operation {
    #lock;
    constructor(lock) {
        super();
        this.#lock = lock;
    }
    get name() {
        return "Lock.acquire";
    }
    begin() {
        if (this.#lock[tryAcquire]())
            return this.#held();
        this.#lock[enqueue](this);
        return waiting;
    }
    woken(error) {
        this.#lock[taken](this, error);
        return this.#held();
    }
    dropped() {
        this.#lock[leaveLine](this);
    }
    #held() {
        return new Held(() => this.#lock.release());
    }
}
