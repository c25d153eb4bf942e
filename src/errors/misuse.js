import { brand } from "./brand.js";
/** Thrown when something was used in a way or at a time that makes no sense. */
export class RuntimeError extends Error {
    name = "RuntimeError";
    code = "ERR_RUNTIME";
    static {
        brand(this, "RuntimeError");
    }
}
/** Thrown when a future is asked for an outcome it does not have, or given a second one. */
export class InvalidStateError extends Error {
    name = "InvalidStateError";
    code = "ERR_INVALID_STATE";
    static {
        brand(this, "InvalidStateError");
    }
}
/** Thrown when tasks wait for each other, or when nothing can ever happen again. */
export class DeadlockError extends RuntimeError {
    name = "DeadlockError";
    code = "ERR_DEADLOCK";
    static {
        brand(this, "DeadlockError");
    }
}
/** Thrown to those who wait at a barrier that is reset or aborted. */
export class BrokenBarrierError extends RuntimeError {
    name = "BrokenBarrierError";
    code = "ERR_BROKEN_BARRIER";
    static {
        brand(this, "BrokenBarrierError");
    }
}
