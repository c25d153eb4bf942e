/**
 * How findings are worded: times, counts, names and places.
 */
import type { RecordedTask } from "../recording.ts"
import { printable } from "../text-width.ts"

/** Such as `812 ms`. */
export function timeText(seconds: number): string {
  const milliseconds = seconds * 1000
  if (milliseconds < 0.95) return `${Math.round(seconds * 1e6)} µs`
  if (milliseconds < 9.95) return `${milliseconds.toFixed(1)} ms`
  if (milliseconds < 1999.5) return `${Math.round(milliseconds)} ms`
  return `${seconds.toFixed(1)} s`
}

/** Such as `64 %`. */
export function shareText(share: number): string {
  return `${Math.round(share * 100)} %`
}

const NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]

/** Such as `three awaits`. */
export function countText(count: number, one: string, several = `${one}s`): string {
  return `${NUMBERS[count] ?? grouped(count)} ${count === 1 ? one : several}`
}

/** Such as `12,000`; `toLocaleString` takes a tenth of a second when it is first called. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",")
}

export function nameText(task: RecordedTask | undefined): string {
  return task === undefined ? "a task" : `'${shortText(task.name)}'`
}

/** A name may be long, and may hold what moves the cursor of a terminal or turns the sentence round. */
const MOST_LETTERS = 80

export function shortText(text: string): string {
  const shown = printable(text)
  return shown.length <= MOST_LETTERS ? shown : `${shown.slice(0, MOST_LETTERS - 1).replace(/[\ud800-\udbff]$/, "")}…`
}

interface Line {
  readonly file: string
  readonly line: number
}

/** The file and line of a place, such as `main (file:///shop/app.ts:12:3)`. */
export function lineOf(place: string): Line | undefined {
  const found = /([^/\\()\s]+):(\d+):\d+\)?$/.exec(place.split("\n", 1)[0] ?? "")
  return found === null ? undefined : { file: found[1] ?? "", line: Number(found[2]) }
}

/** Such as `app.ts:42–44`; undefined where no line is known. */
export function linesText(places: readonly (string | undefined)[]): string | undefined {
  const files = new Map<string, { low: number; high: number }>()
  for (const place of places) {
    const found = place === undefined ? undefined : lineOf(place)
    if (found === undefined) continue
    const { low, high } = files.get(found.file) ?? { low: Infinity, high: -Infinity }
    files.set(found.file, { low: Math.min(low, found.line), high: Math.max(high, found.line) })
  }
  if (files.size === 0) return undefined
  return [...files].map(([file, { low, high }]) => (low === high ? `${file}:${low}` : `${file}:${low}–${high}`)).join(", ")
}
