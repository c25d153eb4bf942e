/**
 * Cancels `future` when `signal` aborts; the listener goes when the future is done, since
 * signals may live longer than many futures.
 */
export function cancelOnAbort(future, signal) {
    const abort = () => {
        future.cancel(signal.reason);
    };
    if (signal.aborted) {
        abort();
        return;
    }
    signal.addEventListener("abort", abort, { once: true });
    future.addDoneCallback(() => signal.removeEventListener("abort", abort));
}
