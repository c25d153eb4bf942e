/**
 * The event loop as users know it: asyncio's methods over the scheduler.
 */
import { checkFunction, checkSeconds, describe } from "../structures/arguments.js";
import { RuntimeError } from "../errors/misuse.js";
import { host } from "../host/host.js";
import { countDebug } from "./ambient.js";
import { DeadlockWatch } from "./deadlock.js";
import { Future } from "./future.js";
import { Handle } from "./handle.js";
import { Scheduler } from "./scheduler.js";
import { Task } from "./task.js";
import { UserCallback } from "./user-callback.js";
/**
 * Runs callbacks and tasks, one at a time, in the order of CPython's event loop.
 *
 * Programs seldom touch it: `run` makes one and closes it. Several may run in one thread.
 *
 * Invariant: closed implies not running; a closed loop holds no callback and no timer.
 *
 * @see https://docs.python.org/3/library/asyncio-eventloop.html
 */
export class EventLoop extends Scheduler {
    #closed = false;
    #debug = false;
    #handler = null;
    #taskFactory = null;
    /** Seconds that a callback or step may take before debug mode reports it. */
    slowCallbackDuration = 0.1;
    /** @param options - `clock`: what time it runs on; the system's by default */
    constructor(options = {}) {
        super(options.clock);
        this.chores.push(new DeadlockWatch(this).look);
    }
    /** Seconds on the loop's clock, which never goes back. */
    time() {
        return this.clock.time();
    }
    /** Calls `callback` with the next iteration; callbacks run in the order of registration. */
    callSoon(callback, options = {}) {
        const handle = new Handle(this.#wrap(callback, "callSoon", options));
        this.schedule(handle);
        return handle;
    }
    /** As `callSoon`; there is one thread only, so it differs in name alone. */
    callSoonThreadsafe(callback, options = {}) {
        return this.callSoon(callback, options);
    }
    /** Calls `callback` after `delay` seconds; a negative delay is due at once. */
    callLater(delay, callback, options = {}) {
        checkSeconds(delay, "delay");
        return this.scheduleAt(this.time() + delay, this.#wrap(callback, "callLater", options));
    }
    /** Calls `callback` at `when`, in seconds of `time()`. */
    callAt(when, callback, options = {}) {
        checkSeconds(when, "when");
        return this.scheduleAt(when, this.#wrap(callback, "callAt", options));
    }
    createFuture() {
        return new Future({ loop: this });
    }
    /** Makes a task through the task factory; see `asyncio.createTask`. */
    createTask(work, options = {}) {
        this.#mustBeOpen();
        if (this.#taskFactory !== null)
            return this.#taskFactory(this, work, options);
        return new Task(work, { ...options, loop: this });
    }
    /** Sets what makes the tasks; null restores the default. */
    setTaskFactory(factory) {
        if (factory !== null)
            checkFunction(factory, "a task factory");
        this.#taskFactory = factory;
    }
    getTaskFactory() {
        return this.#taskFactory;
    }
    /**
     * Runs until `stop()`; the promise resolves when the loop has stopped.
     *
     * @throws RuntimeError if the loop runs already, or is closed.
     */
    runForever() {
        this.#mustBeOpen();
        if (this.running)
            throw new RuntimeError("this event loop is already running");
        return new Promise((resolve) => this.start(resolve));
    }
    /**
     * Runs until `work` is done, and gives its outcome.
     *
     * @throws RuntimeError if the loop is stopped before.
     */
    async runUntilComplete(work) {
        this.#mustBeOpen();
        const future = work instanceof Future ? work : this.createTask(work);
        const stop = () => this.stop();
        future.addDoneCallback(stop);
        try {
            await this.runForever();
        }
        finally {
            future.removeDoneCallback(stop);
        }
        if (!future.done())
            throw new RuntimeError("the event loop was stopped before the future was done");
        return future.result();
    }
    isRunning() {
        return this.running;
    }
    isClosed() {
        return this.#closed;
    }
    /**
     * Drops what is scheduled and reports coroutines that were never awaited; idempotent.
     *
     * @throws RuntimeError while the loop runs.
     */
    close() {
        if (this.running)
            throw new RuntimeError("cannot close a running event loop; stop() it first");
        if (this.#closed)
            return;
        this.lostErrors.flush();
        for (const coroutine of this.unstarted.takeAll())
            reportNeverAwaited(coroutine);
        this.setDebug(false);
        this.#closed = true;
        this.clear();
    }
    /** Sets what handles errors that nobody else does; null restores the default. */
    setExceptionHandler(handler) {
        if (handler !== null && typeof handler !== "function") {
            throw new TypeError(`an exception handler is a function or null, not ${describe(handler)}`);
        }
        this.#handler = handler;
    }
    getExceptionHandler() {
        return this.#handler;
    }
    /** Writes the message, the exception and further facts to standard error. */
    defaultExceptionHandler(context) {
        const facts = Object.keys(context)
            .filter((key) => key !== "message" && key !== "exception" && context[key] !== undefined)
            .sort()
            .map((key) => `\n${key}: ${String(context[key])}`);
        host.report(context.message + facts.join(""), context.exception);
    }
    /** Calls the exception handler; a handler that fails falls back to the default one. Never throws. */
    callExceptionHandler(context) {
        try {
            if (this.#handler === null)
                this.defaultExceptionHandler(context);
            else
                this.#handler(this, context);
        }
        catch (exception) {
            try {
                this.defaultExceptionHandler({ message: "Unhandled error in exception handler", exception, context });
            }
            catch {
                // The default handler writes to the console; when even that fails nobody is left to tell.
            }
        }
    }
    getDebug() {
        return this.#debug;
    }
    setDebug(enabled) {
        if (enabled !== this.#debug)
            countDebug(enabled ? 1 : -1);
        this.#debug = enabled;
    }
    schedule(runnable) {
        this.#mustBeOpen();
        super.schedule(runnable);
    }
    #wrap(callback, method, options) {
        this.#mustBeOpen();
        checkFunction(callback, `the callback of ${method}`);
        return new UserCallback(this, callback, callback.name, options.context);
    }
    #mustBeOpen() {
        if (this.#closed)
            throw new RuntimeError("Event loop is closed; make a new one, or use asyncio.run(…)");
    }
}
/** Warns of a coroutine that nobody awaited. */
export function reportNeverAwaited(coroutine) {
    host.warn(`coroutine '${coroutine.name}' was never awaited: nothing of it ran; await it or give it to createTask(…)`, "ASYNCIO_NEVER_AWAITED");
}
