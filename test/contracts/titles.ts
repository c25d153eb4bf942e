/** Finds the tests that pages name, such as `test/core/task.test.ts: “is given a name” · “says its name”`. */
import { readFileSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "../..")
/** The titles in each test file, read once. */
const known = new Map<string, RegExp[] | undefined>()

/** Gives the titles of a test file, or undefined if there is none. */
export type Titles = (file: string) => RegExp[] | undefined

export function titlesIn(file: string): RegExp[] | undefined {
  if (!known.has(file)) {
    const source = read(file)
    known.set(file, source === undefined ? undefined : titlesOf(source))
  }
  return known.get(file)
}

/** The titles of the tests that a source runs, by itself or through a function that declares one; a value in one stands for any text. */
export function titlesOf(source: string): RegExp[] {
  return [...source.matchAll(/\b(?:it|test|virtual\w*|random\w*|real|ran|inFolder|withFile|within|pair|connected|pooled)\(\s*(?:(["'])((?:\\.|(?!\1).)*)\1|`((?:\\.|\$\{(?:`[^`]*`|[^}])*\}|[^`])*)`),/g)]
    .map(([, , plain, template]) => plain?.replace(/\\(.)/g, "$1") ?? (template ?? "").split(/\$\{(?:`[^`]*`|[^}])*\}/))
    .filter((title) => typeof title === "string" || title.some((text) => /\w{2}/.test(text)))
    .map((title) => new RegExp(`^${[title].flat().map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join(".+")}$`))
}

/** A test that is named, and what follows it. */
export interface Named {
  readonly file: string
  readonly title: string
  readonly rest: string
}

/** The test that `text` begins with, after ` · `; without a file of its own it is in `file`. */
export function takeTest(text: string, file: string): Named | undefined {
  const next = /^ · (?:`?((?:test|fixtures)\/[\w./-]+(?:\.test|-contract)\.ts)`?: )?“([^”]+)”/.exec(text)
  const [all, own = file, title] = next ?? []
  if (all === undefined || title === undefined || own === "") return undefined
  return { file: own, title, rest: text.slice(all.length) }
}

/** What is wrong with a test that is named, if anything. */
export function problemsWithTest({ file, title }: Named, titles: Titles): string[] {
  const there = titles(file)
  if (there === undefined) return [`${file} does not exist`]
  return there.some((known) => known.test(title)) ? [] : [`${file} has no test “${title}”`]
}

/** The cells of a row, with `\|` for a bar; none if it is no row. */
export function cells(line: string): string[] {
  if (!line.startsWith("|") || !line.endsWith("|")) return []
  return line.slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"))
}

/** The text of a file, or undefined if there is none. */
export function read(file: string): string | undefined {
  try {
    return readFileSync(join(root, file), "utf8")
  } catch {
    return undefined
  }
}
