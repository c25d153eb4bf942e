/**
 * What the code that runs now may ask about its surroundings.
 */
import { RuntimeError } from "../errors/misuse.js";
import { ContextValues } from "./context.js";
import { currentFrame } from "./frame.js";
const outside = new ContextValues();
/** The context of the code that runs now. */
export function currentContext() {
    return currentFrame()?.context ?? outside;
}
/** @throws RuntimeError if no loop runs here; `attempt` says what needed one. */
export function runningLoop(attempt) {
    const loop = currentFrame()?.loop;
    if (loop === undefined || !loop.running) {
        throw new RuntimeError(`no running event loop to ${attempt}: call this from code that asyncio.run(…) or a callback of a loop runs`);
    }
    return loop;
}
let debug = 0;
/** Loops in debug mode; while there are any, requests to cancel carry their place. */
export function countDebug(change) {
    debug += change;
}
/** A request to cancel by the code that runs now. */
export function requestBy(message, requestedBy = asker()) {
    return { message, requestedBy, requestedAt: debug > 0 ? place() : undefined };
}
function asker() {
    const frame = currentFrame();
    if (frame === undefined)
        return "code outside any task";
    return frame.owner !== null && !frame.ended ? frame.owner.label : "a callback";
}
function place() {
    const frames = (new Error().stack ?? "").split("\n").slice(1);
    return frames.find((line) => !/[/\\](src|dist)[/\\](core|tasks|sync)[/\\]/.test(line))?.trim() ?? "at an unknown place";
}
