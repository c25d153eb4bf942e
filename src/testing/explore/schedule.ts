/**
 * Schedules: what was chosen differently from what would have happened anyway.
 */
import { Shown } from "../../structures/shown.ts"
import { checkInteger, describe } from "../../structures/arguments.ts"

/** The version of the notation: a schedule of another one is refused, and not misread. */
const VERSION = "s1:"
const ENTRY = /^(?<zeros>\d+)(?:-(?<value>\d+))?$/
const MOST = 1_000_000

/**
 * A list of choices, most of them 0: that is what would have happened anyway.
 *
 * In text each choice that is not 0 is one entry: how many zeros stand before it, and unless
 * it is 1, the choice. `s1:4.0-2` is 0 0 0 0 1 2.
 *
 * A schedule made from a list, such as fast-check generates, fits any program: what it cannot
 * choose is 0.
 *
 * @example
 * ```ts
 * import { Schedule } from "asyncio-ts/testing"
 *
 * console.log(String(new Schedule([0, 0, 0, 0, 1, 2]))) // -> s1:4.0-2
 * console.log(Schedule.parse("s1:4.0-2").choices.join(" ")) // -> 0 0 0 0 1 2
 * ```
 */
export class Schedule extends Shown {
  readonly choices: readonly number[]

  /** @throws TypeError or RangeError for a choice that is no whole number from 0. */
  constructor(choices: Iterable<number>) {
    super()
    if (typeof (choices as Partial<Iterable<number>> | null | undefined)?.[Symbol.iterator] !== "function" || typeof choices === "string") {
      throw new TypeError(`a Schedule is made of a list of choices, or with Schedule.parse of a text, but ${describe(choices)} was given`)
    }
    const list = [...choices]
    for (const choice of list) checkInteger(choice, "a choice of a schedule", 0)
    while (list.at(-1) === 0) list.pop()
    this.choices = list
  }

  /** @throws TypeError if `text` is no schedule that this version wrote. */
  static parse(text: string): Schedule {
    if (typeof text !== "string") throw new TypeError(`a schedule is a text such as "s1:4.0-2", not ${describe(text)}`)
    if (!text.startsWith(VERSION)) {
      const other = /^s\d+:/.test(text) ? "it is of another version of asyncio-ts, so find it anew" : `it begins with "${VERSION}"`
      throw new TypeError(`${describe(text)} is no schedule: ${other}`)
    }
    const choices: number[] = []
    const rest = text.slice(VERSION.length).trim()
    for (const entry of rest === "" ? [] : rest.split(".")) {
      const groups = ENTRY.exec(entry)?.groups
      const zeros = Number(groups?.["zeros"])
      const value = Number(groups?.["value"] ?? 1)
      if (groups === undefined || value === 0 || choices.length + zeros > MOST || value > MOST) {
        throw new TypeError(`${describe(text)} is no schedule: ${describe(entry)} should be a number, or two as in 4-2; copy it whole`)
      }
      for (let i = 0; i < zeros; i += 1) choices.push(0)
      choices.push(value)
    }
    return new Schedule(choices)
  }

  toString(): string {
    const entries: string[] = []
    let zeros = 0
    for (const choice of this.choices) {
      if (choice === 0) {
        zeros += 1
        continue
      }
      entries.push(choice === 1 ? String(zeros) : `${zeros}-${choice}`)
      zeros = 0
    }
    return VERSION + entries.join(".")
  }
}
