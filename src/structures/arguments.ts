/**
 * Checks of what callers pass, with one form of message: what was asked for, what came,
 * and what to do.
 */

/** Shows a value in a message: short, and never throwing. */
export function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(short(value, 40))
  if (typeof value === "function") return `function ${nameOf(value) ?? "(anonymous)"}`
  if (value === null || typeof value !== "object") return short(String(value), 60)
  try {
    // By its name: the class of a coroutine is the library's own concern.
    if ((value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === "Coroutine") return short(String(value), 60)
    const name = nameOf((Object.getPrototypeOf(value) as { constructor?: unknown } | null)?.constructor)
    return name === undefined ? "an object" : `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}`
  } catch {
    return "an object"
  }
}

function short(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text
}

/** What a function or class is called; a program may make anything of `name`. */
function nameOf(value: unknown): string | undefined {
  try {
    const name = (value as { name?: unknown } | undefined)?.name
    return typeof name === "string" && name !== "" ? short(name, 60) : undefined
  } catch {
    return undefined
  }
}

/** Shows an error in one line, such as `RangeError('too far')`: short, and never throwing. */
export function describeError(error: unknown): string {
  try {
    if (!(error instanceof Error)) return describe(error)
    const { message, name } = error
    return `${short(name, 60)}('${short(message, 60)}')`
  } catch {
    return describe(error)
  }
}

/** @throws RangeError if `value` is NaN, TypeError if it is no number. Infinity is allowed. */
export function checkSeconds(value: number, what: string): void {
  if (typeof value !== "number") {
    throw new TypeError(`${what} is a number of seconds, but ${describe(value)} was given`)
  }
  if (Number.isNaN(value)) {
    throw new RangeError(`${what} is NaN (not a number); give seconds, such as 0.5`)
  }
}

/** @throws TypeError or RangeError unless `value` is an integer of at least `least`. */
export function checkInteger(value: number, what: string, least: number): void {
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw new TypeError(`${what} is a whole number, but ${describe(value)} was given`)
  }
  if (value < least) throw new RangeError(`${what} must be at least ${least}, but is ${value}`)
}

/** @throws TypeError unless `value` is true or false. */
export function checkBoolean(value: unknown, what: string): void {
  if (typeof value !== "boolean") throw new TypeError(`${what} is true or false, but ${describe(value)} was given`)
}

/** @throws TypeError unless `value` is a function. */
export function checkFunction(value: unknown, what: string): void {
  if (typeof value !== "function") throw new TypeError(`${what} is a function, but ${describe(value)} was given`)
}

/** @throws TypeError unless `value` is an AbortSignal, or what serves as one. */
export function checkSignal(value: unknown, what: string): void {
  if (typeof (value as { addEventListener?: unknown } | null | undefined)?.addEventListener === "function") return
  throw new TypeError(`${what} is an AbortSignal, but ${describe(value)} was given`)
}

/** Whether `await` would look inside `value` instead of handing it over. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === "object" && value !== null) || typeof value === "function") &&
    typeof (value as { then?: unknown }).then === "function"
  )
}

/**
 * @throws TypeError for a promise, a coroutine or a future: `await` would start or await it
 * instead of handing it over.
 */
export function refuseThenable(value: unknown, what: string): void {
  if (isThenable(value)) {
    throw new TypeError(
      `${what} cannot be ${describe(value)}: whoever awaits it would run it unasked. ` +
        `Put it in an object, such as { task }, or queue functions.`,
    )
  }
}
