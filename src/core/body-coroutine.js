/**
 * Coroutines whose body is an async function, and `coroutine`, which makes them.
 */
import { describe } from "../structures/arguments.js";
import { CancelledError } from "../errors/cancelled-error.js";
import { host } from "../host/host.js";
import { cancellation } from "./cancel-request.js";
import { Coroutine } from "./coroutine.js";
import { Frame } from "./frame.js";
/**
 * Invariant: the line that awaits is told once: when the body ends, or when the frame is
 * left behind, whichever comes first.
 */
export class BodyCoroutine extends Coroutine {
    name;
    #body;
    #self;
    #args;
    #awaiting = null;
    #above = null;
    constructor(name, body, self, args) {
        super();
        this.name = name;
        this.#body = body;
        this.#self = self;
        this.#args = args;
    }
    start(frame, onFulfilled, onRejected) {
        const child = new Frame(frame.loop, this.name, frame.owner, frame, frame.context);
        child.boundary = this;
        child.begin();
        this.#above = frame;
        const followed = follow(onFulfilled, onRejected);
        this.#awaiting = followed.awaiting;
        this.opened(child);
        const outcome = host.enter(child, runBody, this); // the body's own outcome
        this.keep(outcome);
        // This reaction runs in the context of whoever called `then`, as their callbacks must.
        outcome.then((value) => this.#ended(child, value), (error) => this.#failed(child, error));
        return followed.promise;
    }
    runAs(_frame) {
        return this.run();
    }
    /** The frame begins. */
    opened(_frame) { }
    /** The body returned; what this returns or throws goes on. */
    returned(value, _frame) {
        return value;
    }
    /** The body threw, or was left behind; what this returns or throws goes on. */
    threw(error, _frame) {
        throw error;
    }
    abandon(request) {
        const above = this.#above;
        if (above === null)
            return;
        above.loop.schedule({
            quiet: false,
            run: () => {
                if (!above.ended)
                    above.loop.turn = above;
                this.#tell(() => this.threw(cancellation(request), above));
            },
        });
    }
    /** Calls the body, here and now. */
    run() {
        try {
            return Promise.resolve(Reflect.apply(this.#body, this.#self, this.#args)); // typed together by the caller
        }
        catch (error) {
            return Promise.reject(error); // the body was no async function and threw
        }
    }
    #ended(frame, value) {
        if (this.#awaiting === null)
            frame.end();
        else {
            this.#tell(() => {
                try {
                    return this.returned(value, frame);
                }
                finally {
                    frame.end();
                }
            });
        }
        if (frame.parent === null)
            frame.owner?.bodyEnded(frame);
    }
    #failed(frame, error) {
        const late = this.#awaiting === null;
        if (late)
            frame.end();
        else {
            this.#tell(() => {
                try {
                    return this.threw(error, frame);
                }
                finally {
                    frame.end();
                }
            });
        }
        if (frame.parent === null)
            frame.owner?.bodyEnded(frame, late ? error : undefined);
    }
    #tell(outcome) {
        const awaiting = this.#awaiting;
        this.#awaiting = null;
        if (awaiting === null)
            return;
        let value;
        try {
            value = outcome();
        }
        catch (error) {
            awaiting.threw(error);
            return;
        }
        awaiting.returned(value);
    }
}
function runBody(coroutine) {
    return coroutine.run();
}
/** Calls the callbacks of a `then` directly, and gives the promise that it returns. */
function follow(onFulfilled, onRejected) {
    let resolve;
    let reject;
    const promise = new Promise((res, rej) => {
        resolve = res;
        reject = rej;
    });
    const handle = (callback, value) => {
        if (typeof callback !== "function")
            return false;
        try {
            resolve(callback(value));
        }
        catch (error) {
            reject(error);
        }
        return true;
    };
    return {
        promise,
        awaiting: {
            returned(value) {
                // Without a handler the value passes through, as the type of `then` says.
                if (!handle(onFulfilled, value))
                    resolve(value);
            },
            threw(error) {
                if (handle(onRejected, error))
                    return;
                if (error instanceof CancelledError)
                    promise.catch(() => undefined);
                reject(error);
            },
        },
    };
}
export function coroutine(nameOrFunction, maybeFunction) {
    const fn = typeof nameOrFunction === "string" ? maybeFunction : nameOrFunction;
    if (fn === undefined || typeof fn !== "function") {
        throw new TypeError(`coroutine(fn) or coroutine("name", fn) takes an async function, not ${describe(fn)}`);
    }
    const name = typeof nameOrFunction === "string" ? nameOrFunction : fn.name === "" ? `at ${callerPlace()}` : fn.name;
    function make(...args) {
        return new BodyCoroutine(name, fn, this, args); // R is awaited by the run
    }
    Object.defineProperty(make, "name", { value: name });
    return make;
}
/** The file and line that called `coroutine`. */
function callerPlace() {
    const line = (new Error().stack ?? "").split("\n")[3] ?? "";
    return /([^/\\(]+:\d+):\d+\)?$/.exec(line)?.[1] ?? "an unknown place";
}
