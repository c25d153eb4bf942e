/**
 * How messages call a function that cannot be sent, and what they tell the reader to write instead.
 */

/** The function as messages call it. */
export function label(name: string): string {
  return name === "" ? "this function" : `the function '${name}'`
}

/** What the function may be called as an export of a module. */
export function exportName(name: string): string {
  return IDENTIFIER.test(name) && name !== "default" ? name : "work"
}

/** The second way out of any function that is not whole. */
export function exportIt(name: string): string {
  return (
    `export ${name === "" ? "the function" : `'${exportName(name)}'`} from a module and send that: ` +
    `pool.module<typeof import("./jobs.ts")>(new URL("./jobs.ts", import.meta.url)).${exportName(name)}(…)`
  )
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u
