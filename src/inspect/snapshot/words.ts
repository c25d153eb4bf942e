/** Names, places and times in the sentences, trees and tables of snapshots. */
import { span } from "../../core/words.ts"
import type { SnapshotPlace, SnapshotTask } from "../snapshot.ts"
import { fit, printable, widthOf } from "../text-width.ts"

const LONGEST = 60
const LISTED = 6
const UNNAMED = /^Task-\d+$/

/** A name in quotes, shortened in the middle: what tells names apart often stands at their end. */
export function quoted(name: string): string {
  return `'${shorten(printable(name), LONGEST)}'`
}

/** Such as `a, b and c`; of many, the first few. */
export function list(items: readonly string[]): string {
  if (items.length > LISTED) return `${items.slice(0, LISTED - 1).join(", ")} and ${items.length - LISTED + 1} more`
  return items.length < 2 ? (items[0] ?? "") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`
}

/** `text` in at most `width` columns, cut in its middle. */
export function shorten(text: string, width: number): string {
  const whole = widthOf(text)
  if (whole <= width) return text
  if (width < 5) return fit(text, width).trimEnd()
  const front = Math.ceil((width - 1) / 2)
  const characters = Array.from(text)
  return `${upTo(characters, front)}…${upTo(characters.reverse(), width - 1 - front, true)}`
}

/** The first characters that fit into `width` columns; `backwards` turns them round again. */
function upTo(characters: readonly string[], width: number, backwards = false): string {
  const kept: string[] = []
  let left = width
  for (const character of characters) {
    left -= widthOf(character)
    if (left < 0) break
    kept.push(character)
  }
  return (backwards ? kept.reverse() : kept).join("")
}

/** What a task is called: its name, and that of its code where nobody named it. */
export function callOf({ name, code }: Pick<SnapshotTask, "name" | "code">): string {
  return printable(UNNAMED.test(name) && code !== "function" && code !== "" ? `${name} ${code}` : name)
}

/** Such as `waiting 3.1 s`. */
export function stateOf({ state, since }: Pick<SnapshotTask, "state" | "since">): string {
  return since === undefined ? state : `${state} ${span(since)}`
}

/** Paths as seen from the program's folder. */
export class Paths {
  readonly #home: string
  /** Of the files that were seen. */
  readonly #short = new Map<string, string>()

  /** @param program - the program's file */
  constructor(program: string) {
    this.#home = folderOf(plainPath(program))
  }

  /** Such as `shop.ts:12`; with `~` before it where only the function's beginning is known. */
  of({ file, line, of }: SnapshotPlace): string {
    let short = this.#short.get(file)
    if (short === undefined) this.#short.set(file, (short = this.#shorten(plainPath(file))))
    return printable(`${of === "code" ? "~" : ""}${short}:${line}`)
  }

  #shorten(path: string): string {
    return this.#home !== "" && path.startsWith(`${this.#home}/`) ? path.slice(this.#home.length + 1) : path.split("/").slice(-2).join("/")
  }
}

function plainPath(file: string): string {
  const path = file.replace(/^file:\/\//u, "").replaceAll("\\", "/")
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")))
}
