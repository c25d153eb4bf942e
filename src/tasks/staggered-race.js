import { checkFunction, checkSeconds } from "../structures/arguments.js";
import { CancelledError } from "../errors/cancelled-error.js";
import { BodyCoroutine } from "../core/body-coroutine.js";
import { createTask, ensureFuture } from "../core/running.js";
import { Event } from "../sync/event.js";
import { iterate } from "./gather.js";
import { wait } from "./wait.js";
import { waitFor } from "./wait-for.js";
/**
 * Starts functions one after another until one succeeds, each a `delay` after the one
 * before or as soon as that has failed; cancels the rest and waits for their end.
 *
 * @param delay - seconds; null starts the next only when the one before has failed
 * @throws CancelledError if the task is cancelled; no candidate is left running.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const [result, index] = await asyncio.staggeredRace(
 *     [() => asyncio.sleep(5, "slow"), () => asyncio.sleep(0.01, "fast")],
 *     0.01,
 *   )
 *   console.log(result, index) // -> fast 1
 * })
 * ```
 */
export function staggeredRace(candidates, delay) {
    if (delay !== null)
        checkSeconds(delay, "the delay of staggeredRace");
    const list = iterate(candidates, "staggeredRace");
    for (const candidate of list)
        checkFunction(candidate, "a candidate of staggeredRace");
    return new BodyCoroutine("staggeredRace", race, undefined, [list, delay]);
}
async function race(candidates, delay) {
    const exceptions = [];
    const running = [];
    let winner;
    const decided = new Event();
    try {
        for (const [index, candidate] of candidates.entries()) {
            const failed = new Event();
            exceptions.push(undefined);
            const attempt = async () => {
                try {
                    const value = await ensureFuture(candidate);
                    if (winner !== undefined)
                        return;
                    winner = { value, index };
                    decided.set();
                }
                catch (error) {
                    exceptions[index] = error;
                    if (error instanceof CancelledError)
                        throw error;
                }
                finally {
                    failed.set();
                }
            };
            running.push(createTask(attempt, { name: `staggeredRace ${index}` }));
            if (index < candidates.length - 1)
                await eitherWithin(failed, delay);
            if (winner !== undefined)
                break;
        }
        const left = running.filter((task) => !task.done());
        if (winner === undefined && left.length > 0)
            await firstOf(left, decided);
    }
    finally {
        for (const task of running)
            task.cancel();
        const left = running.filter((task) => !task.done());
        if (left.length > 0)
            await wait(left);
    }
    return winner === undefined ? [undefined, null, exceptions] : [winner.value, winner.index, exceptions];
}
/** Waits for the event, but no longer than `delay`. */
async function eitherWithin(event, delay) {
    try {
        await waitFor(event.wait(), delay);
    }
    catch (error) {
        if (!(error instanceof Error) || error.name !== "TimeoutError")
            throw error;
    }
}
/** Waits until the race is decided or every candidate has ended. */
async function firstOf(left, decided) {
    const decision = createTask(decided.wait());
    try {
        let pending = new Set(left);
        while (pending.size > 0 && !decision.done()) {
            await wait([...pending, decision], { returnWhen: "FIRST_COMPLETED" });
            pending = new Set([...pending].filter((task) => !task.done()));
        }
    }
    finally {
        decision.cancel();
    }
}
