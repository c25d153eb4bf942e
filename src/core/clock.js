/**
 * What a loop needs of time. The system's clock waits with one host timer; the virtual
 * clock of `asyncio-ts/testing` moves on instead.
 */
import { host } from "../host/host.js";
export class SystemClock {
    // Invariant: a host timer is armed exactly when #armedFor is finite, and wakes the loop
    // no later than its earliest timer. It may wake too early: the loop looks and re-arms,
    // which is cheaper than moving the host's timer whenever an early timer is cancelled.
    #token;
    #armedFor = Infinity;
    time() {
        return host.now();
    }
    idle({ timer, chore }, wake) {
        const when = Math.min(timer, chore);
        if (when === Infinity)
            this.stop();
        else if (when < this.#armedFor)
            this.#arm(when, wake);
        return false;
    }
    stop() {
        if (this.#armedFor === Infinity)
            return;
        host.clearTimer(this.#token);
        this.#token = undefined;
        this.#armedFor = Infinity;
    }
    #arm(when, wake) {
        this.stop();
        this.#armedFor = when;
        this.#token = host.setTimer(Math.max(0, when - host.now()), () => {
            this.#armedFor = Infinity;
            this.#token = undefined;
            wake();
        });
    }
}
