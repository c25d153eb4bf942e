/**
 * Checks of what callers pass, with one form of message: what was asked for, what came,
 * and what to do.
 */
/** Shows a value in a message: short, and never throwing. */
export function describe(value) {
    if (typeof value === "string")
        return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
    if (typeof value === "function")
        return `function ${value.name === "" ? "(anonymous)" : value.name}`;
    if (value === null || typeof value !== "object")
        return String(value);
    try {
        const name = Object.getPrototypeOf(value)?.constructor?.name;
        return name === undefined || name === "" ? "an object" : `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}`;
    }
    catch {
        return "an object";
    }
}
/** @throws RangeError if `value` is NaN, TypeError if it is no number. Infinity is allowed. */
export function checkSeconds(value, what) {
    if (typeof value !== "number") {
        throw new TypeError(`${what} is a number of seconds, but ${describe(value)} was given`);
    }
    if (Number.isNaN(value)) {
        throw new RangeError(`${what} is NaN (not a number); give seconds, such as 0.5`);
    }
}
/** @throws TypeError or RangeError unless `value` is an integer of at least `least`. */
export function checkInteger(value, what, least) {
    if (typeof value !== "number" || !Number.isInteger(value)) {
        throw new TypeError(`${what} is a whole number, but ${describe(value)} was given`);
    }
    if (value < least)
        throw new RangeError(`${what} must be at least ${least}, but is ${value}`);
}
/** @throws TypeError unless `value` is a function. */
export function checkFunction(value, what) {
    if (typeof value !== "function")
        throw new TypeError(`${what} is a function, but ${describe(value)} was given`);
}
/** Whether `await` would look inside `value` instead of handing it over. */
export function isThenable(value) {
    return (((typeof value === "object" && value !== null) || typeof value === "function") &&
        typeof value.then === "function");
}
/**
 * @throws TypeError for a promise, a coroutine or a future: `await` would start or await it
 * instead of handing it over.
 */
export function refuseThenable(value, what) {
    if (isThenable(value)) {
        throw new TypeError(`${what} cannot be ${describe(value)}: whoever awaits it would run it unasked. ` +
            `Put it in an object, such as { task }, or queue functions.`);
    }
}
