import { brand } from "./brand.js";
/** Thrown when a stream ended before what was asked for had arrived. */
export class IncompleteReadError extends Error {
    name = "IncompleteReadError";
    code = "ERR_INCOMPLETE_READ";
    /** What had arrived. */
    partial;
    /** How many bytes were asked for; undefined when reading up to a separator. */
    expected;
    static {
        brand(this, "IncompleteReadError");
    }
    constructor(partial, expected) {
        super(`the stream ended after ${partial.length} bytes; ${expected ?? "more, up to the separator,"} were expected`);
        this.partial = partial;
        this.expected = expected;
    }
}
/** Thrown when a separator is not found within the buffer limit. */
export class LimitOverrunError extends Error {
    name = "LimitOverrunError";
    code = "ERR_LIMIT_OVERRUN";
    /** How many bytes may be skipped. */
    consumed;
    static {
        brand(this, "LimitOverrunError");
    }
    constructor(message, consumed) {
        super(message);
        this.consumed = consumed;
    }
}
