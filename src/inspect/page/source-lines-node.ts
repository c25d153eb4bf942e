import { readFileSync, statSync } from "node:fs"
import { isAbsolute } from "node:path"
import { fileURLToPath } from "node:url"
import type { RecordingColumns } from "../flight/recording-columns.ts"

/** A longer line was written by a program, and says little to people. */
const LONGEST = 240
const PLACE = /(?:\(|^)([^()]+?):(\d+)(?::\d+)?\)?$/

/** The lines of code that a recording names, by their places, as far as the files are here. */
export function sourceLines(columns: RecordingColumns, more: readonly (string | undefined)[] = []): Record<string, string> {
  const files = new Map<string, readonly string[] | undefined>()
  const lines: Record<string, string> = {}
  for (const place of placesOf(columns, more)) {
    const [, file, line] = PLACE.exec(place) ?? []
    if (file === undefined || line === undefined) continue
    if (!files.has(file)) files.set(file, linesOf(file))
    const text = files.get(file)?.[Number(line) - 1]?.trim()
    if (text !== undefined && text !== "" && text.length <= LONGEST) lines[place] = text
  }
  return lines
}

function placesOf({ texts, tasks, events, pauses }: RecordingColumns, more: readonly (string | undefined)[]): Set<string> {
  const numbers = new Set<number>(tasks.place)
  for (const column of [events.place, pauses?.place ?? []]) for (const number of column) numbers.add(number)
  const places = new Set(more.filter((place) => place !== undefined))
  for (const number of numbers) places.add(texts[number] ?? "")
  return places
}

/** Recordings come from others too: what they name is shown if it is code, and not because they name it. */
const CODE = /\.[cm]?[jt]sx?$/
/** Bytes; longer files were written by programs. */
const LARGEST = 8_000_000

/** Undefined for what is no file that can be read here, such as a module of Node's. */
function linesOf(file: string): readonly string[] | undefined {
  if (!CODE.test(file) || (!file.startsWith("file:") && !isAbsolute(file))) return undefined
  try {
    const path = file.startsWith("file:") ? fileURLToPath(file) : file
    // To read a pipe would be to wait for who writes into it.
    const stat = statSync(path)
    return stat.isFile() && stat.size <= LARGEST ? readFileSync(path, "utf8").split("\n") : undefined
  } catch {
    return undefined
  }
}
