import { brand } from "./brand.js";
/**
 * Thrown at the `await` of a task that somebody asked to cancel.
 *
 * Let it pass: catch it only to clean up, and throw it on. `reason` is what was given to
 * `cancel`, `requestedBy` says who asked.
 *
 * @see https://docs.python.org/3/library/asyncio-exceptions.html#asyncio.CancelledError
 */
export class CancelledError extends Error {
    name = "CancelledError";
    code = "ERR_CANCELLED";
    reason;
    requestedBy;
    requestedAt;
    static {
        brand(this, "CancelledError");
    }
    constructor(message, details = {}) {
        super(text(message, details));
        this.reason = message;
        this.requestedBy = details.requestedBy;
        this.requestedAt = details.requestedAt;
    }
}
function text(message, details) {
    const by = details.requestedBy === undefined ? "cancelled" : `cancelled by ${details.requestedBy}`;
    const why = message === undefined ? by : `${by}: ${String(message)}`;
    return details.requestedAt === undefined ? why : `${why}\n    asked ${details.requestedAt}`;
}
/**
 * Whether an error means that its task was cancelled: `CancelledError` itself, or one of
 * the disguises that JavaScript puts on it (`Promise.any`, a failing `using`).
 */
export function isCancellation(error) {
    if (error instanceof CancelledError)
        return true;
    if (typeof error !== "object" || error === null)
        return false;
    if (error instanceof AggregateError)
        return error.errors.length > 0 && error.errors.every(isCancellation);
    // SuppressedError is missing on Node 22, so it is known by its name and its two fields.
    const suppressed = error;
    return suppressed.name === "SuppressedError" && "suppressed" in error && isCancellation(suppressed.error);
}
