import { checkInteger, describe } from "../structures/arguments.ts"

/** @throws TypeError or RangeError unless `limit` is a whole number of at least 1, or Infinity. */
export function checkLimit(limit: number, what: string): void {
  if (limit !== Infinity) checkInteger(limit, what, 1)
}

/** @throws TypeError or RangeError unless `value` is a number. */
export function checkNumber(value: number, what: string): void {
  if (typeof value !== "number") throw new TypeError(`${what} is a number, but ${describe(value)} was given`)
  if (Number.isNaN(value)) throw new RangeError(`${what} is a number, but NaN was given`)
}

/** @throws TypeError unless `options`, without which a function makes no sense, are an object. */
export function checkOptions(options: unknown, who: string, example: string): void {
  if (typeof options !== "object" || options === null) throw new TypeError(`${who} needs options, such as ${example}, but ${describe(options)} was given`)
}
