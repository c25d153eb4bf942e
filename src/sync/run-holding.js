import { BodyCoroutine } from "../core/body-coroutine.js";
/** Runs `body` between `acquire` and `release`, whatever becomes of it. */
export function runHolding(name, what, body) {
    const run = async () => {
        await what.acquire();
        try {
            return await body();
        }
        finally {
            what.release();
        }
    };
    return new BodyCoroutine(name, run, undefined, []);
}
