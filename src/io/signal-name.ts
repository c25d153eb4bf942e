/**
 * Signals by their names and by their numbers.
 */
import { constants } from "node:os"
import { describe } from "../structures/arguments.ts"

/** A signal: `SIGTERM`, or 15. */
export type Signal = NodeJS.Signals | number

const numbers: Readonly<Record<string, number>> = constants.signals
const names = new Map(Object.entries(numbers).map(([name, number]) => [number, name as NodeJS.Signals])) // Node's own list

/** The last of Linux's; those from 32 on have no names in Node. */
const MOST = 64

/** The number of a signal. @throws RangeError for one that this system has not; TypeError for no signal at all. */
export function signalNumber(signal: Signal, what: string): number {
  if (typeof signal === "string") {
    const number = Object.hasOwn(numbers, signal) ? numbers[signal] : undefined
    if (number === undefined) throw new RangeError(`${what} is no signal of this system: ${describe(signal)}; give one such as "SIGTERM", or its number`)
    return number
  }
  if (typeof signal !== "number" || !Number.isInteger(signal)) {
    throw new TypeError(`${what} is a signal such as "SIGTERM", or its number, but ${describe(signal)} was given`)
  }
  if (signal < 0 || signal > MOST) throw new RangeError(`${what} is no signal of this system: ${signal}; give one such as "SIGTERM"`)
  return signal
}

/** The name of a signal. @throws as `signalNumber`, and RangeError for a number that has no name. */
export function signalName(signal: Signal, what: string): NodeJS.Signals {
  const name = names.get(signalNumber(signal, what))
  if (name === undefined) throw new RangeError(`${what} is no signal of this system: ${signal}; give one such as "SIGTERM"`)
  return name
}

/** The return code of a process that a signal ended. */
export function codeOfSignal(signal: NodeJS.Signals): number {
  return -(numbers[signal] ?? 0)
}
