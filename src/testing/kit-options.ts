/** Checks of the options that the functions of this kit take, in one form of message. */
import { checkSignal, describe } from "../structures/arguments.ts"

/** @throws TypeError unless `options` is an object with options in it; undefined is none. */
export function checkKitOptions(options: unknown, who: string, example: string): void {
  if (typeof options === "object" && options !== null && !Array.isArray(options)) return
  throw new TypeError(`${who} takes its options as an object, such as ${example}, but ${describe(options)} was given`)
}

/** @throws TypeError unless `signal` is missing or an AbortSignal. */
export function checkKitSignal(signal: unknown, who: string): void {
  if (signal !== undefined) checkSignal(signal, `signal of ${who}`)
}

/** @throws TypeError unless `name` is missing or a text. */
export function checkName(name: unknown, who: string): void {
  if (name !== undefined && typeof name !== "string") throw new TypeError(`name of ${who} is a text, but ${describe(name)} was given`)
}

/** @throws TypeError unless `label` is a text. */
export function checkLabel(label: unknown, what: string): void {
  if (typeof label !== "string") throw new TypeError(`${what} is a text for the story of a failure, but ${describe(label)} was given`)
}
