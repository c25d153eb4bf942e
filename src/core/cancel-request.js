import { CancelledError } from "../errors/cancelled-error.js";
// V8's switch for the length of stacks; elsewhere setting it does nothing.
const stacks = Error;
/** The error that a request is thrown as. */
export function cancellation(request) {
    // The stack would show the loop, not the program; `requestedAt` says where it was asked for.
    const limit = stacks.stackTraceLimit ?? 10;
    stacks.stackTraceLimit = 0;
    try {
        return new CancelledError(request.message, request);
    }
    finally {
        stacks.stackTraceLimit = limit;
    }
}
