// node tools/names-table.mjs [--write]: each name of asyncio beside ours, as the tables of
// docs/coming-from-python.md. Made of the list of CPython's names (docs/asyncio-names.txt), of the
// names in docs/rules.md, which a test holds to the sources, and of test/contracts/exports.txt.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { root } from "./install.mjs"
import { CLOSEST, INSTEAD, SEE } from "./names-notes.mjs"

const PAGE = join(root, "docs/coming-from-python.md")
const BEGIN = "<!-- The tables are made by: node tools/names-table.mjs --write -->"
const END = "<!-- The tables end. -->"

/** @typedef {{ theirs: string, ours: string[], leftOut: string | undefined }} Row one name of asyncio; `leftOut` is the heading in docs/differences.md that says why */

/** @param {string} path of the project */
const read = (path) => readFileSync(join(root, path), "utf8")

/** @param {string} cell */
const names = (cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name)

/**
 * What two spellings of one name have in common: `loop.call_soon` and `EventLoop.callSoon`.
 * @param {string} name
 */
function sound(name) {
  return name
    .replace(/^loop\./, "EventLoop.")
    .replace(/^Process\b/, "subprocess.Process")
    .replace(/^(?:trsock|staggered)\./, "")
    .replace("__aiter__", "[Symbol.asyncIterator]")
    .replaceAll("_", "")
    .toLowerCase()
}

/**
 * Which of a row's names stands for this one of asyncio: the one that sounds as it does, else what CLOSEST says.
 * @param {string} theirs
 * @param {string[]} candidates
 */
function matching(theirs, candidates) {
  const closest = CLOSEST[theirs]
  if (closest !== undefined) return [closest]
  const same = candidates.filter((ours) => sound(ours) === sound(theirs))
  if (same.length === 0) throw new Error(`${theirs}: none of ${candidates.join(", ")} sounds like it: say in CLOSEST of tools/names-notes.mjs which it is`)
  return same
}

/**
 * The sections of “Names” in docs/rules.md, one row for each of asyncio's names.
 * @param {string} rules
 * @returns {{ title: string, rows: Row[] }[]}
 */
export function sectionsOf(rules) {
  const [, part = ""] = /^## Names\n([^]*?)^## /m.exec(rules) ?? []
  return part.split(/^### /m).slice(1).map((text) => {
    const [title = "", ...lines] = text.split("\n")
    const rows = lines.filter((line) => line.startsWith("| `")).flatMap((line) => {
      const [theirs = "", ours = "", here = ""] = line.slice(2).split(" | ")
      const leftOut = /left out: “([^”]+)”/.exec(here)?.[1]
      return names(theirs).map((name) => ({ theirs: name, ours: leftOut === undefined ? matching(name, names(ours)) : [], leftOut }))
    })
    return { title, rows: [...rows, ...(MEMBERS[title] ?? []).map((theirs) => ({ theirs, ours: matching(theirs, [ownSpelling(theirs)]), leftOut: undefined }))] }
  })
}

/** Members that docs/rules.md tells with their class. */
const MEMBERS = /** @type {Record<string, string[]>} */ ({
  Synchronisation: ["BoundedSemaphore.release"],
  Streams: ["StreamReaderProtocol.connection_made", "StreamReaderProtocol.data_received", "StreamReaderProtocol.eof_received", "StreamReaderProtocol.connection_lost"],
  "Event loop: access and classes": ["TimerHandle.cancel"],
  "Introspection and tools": ["FutureCallGraph.future", "FutureCallGraph.call_stack", "FutureCallGraph.awaited_by", "FrameCallGraphEntry.frame"],
})

/** @param {string} name in snake_case */
const ownSpelling = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase())

/**
 * What is wrong with the rows: CPython's names without one, and rows that say too little.
 * @param {readonly string[]} cpython
 * @param {readonly Row[]} rows
 * @param {readonly string[]} headings of docs/differences.md
 */
export function problemsOf(cpython, rows, headings) {
  const known = new Set(rows.map(({ theirs }) => theirs))
  return [
    ...cpython.filter((name) => !known.has(name)).map((name) => `${name} has no row in docs/rules.md`),
    ...rows.filter(({ theirs, leftOut }) => leftOut !== undefined && INSTEAD[theirs] === undefined).map(({ theirs }) => `${theirs} is not there, and INSTEAD does not say what to take`),
    ...[...Object.keys(INSTEAD), ...Object.keys(SEE), ...Object.keys(CLOSEST)].filter((name) => !known.has(name)).map((name) => `${name} has a note, but is no name of asyncio`),
    ...[...Object.values(SEE), ...rows.flatMap(({ leftOut }) => leftOut ?? [])].filter((heading) => !headings.includes(heading)).map((heading) => `docs/differences.md has no “${heading}”`),
  ]
}

/**
 * The entry that exports a name, by test/contracts/exports.txt.
 * @param {string} name
 * @param {string} exports
 */
function entryOf(name, exports) {
  const [top = ""] = name.split(".")
  const section = exports.split(/\n\n/).find((text) => !/ in browsers/.test(text.split("\n", 1)[0] ?? "") && new RegExp(`^  (?:type )?${top}$`, "m").test(text))
  return section?.split("\n", 1)[0]
}

/** @param {string} heading */
function link(heading) {
  // The anchors of GitHub and of the site are the same for headings without an apostrophe.
  if (/['’]/.test(heading)) throw new Error(`${heading}: its anchor is not the same everywhere`)
  const anchor = heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").trim().replaceAll(/\s+/g, "-")
  return `[${heading}](./differences.md#${anchor})`
}

/**
 * @param {Row} row
 * @param {string} exports
 */
function line({ theirs, ours, leftOut }, exports) {
  if (leftOut !== undefined) return `| \`${theirs}\` | not there | ${INSTEAD[theirs]} Why: ${link(leftOut)} |`
  const shown = ours.map((name) => (name.startsWith("the ") ? name : `\`${name}\``)).join(", ")
  const entry = entryOf(ours[0] ?? "", exports)
  if (entry === undefined && !shown.startsWith("the ")) throw new Error(`${theirs}: no entry exports ${ours[0]}`)
  const from = entry === undefined || entry === "asyncio-ts" ? "" : `Of \`${entry}\`. `
  const see = SEE[theirs] === undefined ? "" : link(SEE[theirs])
  const [last = ""] = theirs.split(".").slice(-1)
  const ownLast = ours[0]?.split(".").at(-1)
  const how = last === ownLast ? "same name" : sound(last) === sound(ownLast ?? "") ? "camelCase" : "other name"
  return `| \`${theirs}\` | ${shown} | ${how}. ${from}${see}`.trimEnd() + " |"
}

/** The tables, as they have to stand on the page. */
export function tables() {
  const sections = sectionsOf(read("docs/rules.md"))
  const headings = [...read("docs/differences.md").matchAll(/^## (.+)$/gm)].map(([, title = ""]) => title)
  const problems = problemsOf(read("docs/asyncio-names.txt").trim().split("\n"), sections.flatMap(({ rows }) => rows), headings)
  if (problems.length > 0) throw new Error(problems.join("\n"))
  const exports = read("test/contracts/exports.txt")
  return sections.map(({ title, rows }) => [`### ${title}`, "", "| asyncio | here | how |", "| --- | --- | --- |", ...rows.map((row) => line(row, exports)), ""].join("\n")).join("\n")
}

/**
 * A page with the tables put between its marks.
 * @param {string} page
 * @param {string} made
 */
export function withTables(page, made) {
  const begin = page.indexOf(BEGIN)
  const end = page.indexOf(END)
  if (begin === -1 || end < begin) throw new Error(`docs/coming-from-python.md needs the lines\n${BEGIN}\n${END}\nround its tables`)
  return `${page.slice(0, begin)}${BEGIN}\n\n${made}\n${page.slice(end)}`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [, , option] = process.argv
  if (option === "--write") writeFileSync(PAGE, withTables(readFileSync(PAGE, "utf8"), tables()))
  else process.stdout.write(tables())
}
