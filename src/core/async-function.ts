const prototype: unknown = Object.getPrototypeOf(async () => undefined)

/** `given`, if it is an async function of this realm: its calls have it until they end. */
export function asyncFunction(given: Function): Function | null {
  try {
    return Object.getPrototypeOf(given) === prototype ? given : null
  } catch {
    // A proxy that will not tell may still be called.
    return null
  }
}
