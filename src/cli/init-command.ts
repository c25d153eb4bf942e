/**
 * `asyncio-ts init`: a project to start with.
 */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"

import { UsageError } from "./arguments.ts"
import { templateFiles } from "./init-template.ts"

export const INIT_HELP = `usage: asyncio-ts init FOLDER

Makes a project in FOLDER, which must be new or empty: a program that asks several shops at
once, with timeouts and a cancellation, a test of it on virtual time, the settings of the
compiler and of the linter, and a page for coding agents. Nothing is installed; it says what
to type next.

  --help

Exits with 0, with 1 if it cannot write there, with 2 if it was called wrongly.`

const CANNOT = 1
/** What npm allows in the name of a package, and as its first character. */
const NOT_IN_NAMES = /[^a-z0-9._~-]+/g
const LONGEST_NAME = 214
/** A repository that somebody has made for the project is no content. */
const NO_CONTENT = new Set([".git"])

/** @throws UsageError */
export function initCommand(argv: readonly string[], version: string): number {
  const folder = folderOf(argv)
  if (folder === "help") {
    console.log(INIT_HELP)
    return 0
  }
  const files = templateFiles(projectName(folder), version)
  try {
    checkEmpty(folder)
    for (const [path, text] of files) {
      const file = join(folder, path)
      makeFolder(dirname(file))
      // Whoever writes there at the same time keeps what is theirs.
      writeFileSync(file, text, { flag: "wx" })
    }
  } catch (error) {
    if (error instanceof UsageError) throw error
    console.error(`asyncio-ts: cannot make a project in ${folder}: ${reasonOf(error)}`)
    return CANNOT
  }
  console.log(nextSteps(folder, files.map(([path]) => path)))
  return 0
}

/** @throws UsageError */
function folderOf(argv: readonly string[]): string {
  if (argv.includes("--help") || argv.includes("-h")) return "help"
  const rest = argv[0] === "--" ? argv.slice(1) : argv
  const option = argv[0] === "--" ? undefined : rest.find((argument) => argument.startsWith("-"))
  if (option !== undefined) throw new UsageError(`unknown option ${option}: init takes a folder alone, as in asyncio-ts init shop (--help tells more)`)
  const [folder, extra] = rest
  if (folder === undefined || folder === "") throw new UsageError("init which folder? Name one that is new or empty, as in asyncio-ts init shop (--help tells more)")
  if (extra !== undefined) throw new UsageError(`init takes one folder, not both ${folder} and ${extra}`)
  return folder
}

/** @throws UsageError if there is something in it, or it is no folder */
function checkEmpty(folder: string): void {
  const [first] = entriesOf(folder).filter((entry) => !NO_CONTENT.has(entry))
  if (first !== undefined) throw new UsageError(`${folder} is not empty, it has ${first}: name a folder that is new or empty, so that nothing is overwritten`)
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === "ENOENT") return []
    if (code === "ENOTDIR") throw new UsageError(`${folder}, or a part of its path, is a file: name a folder that is new or empty`)
    throw error
  }
}

/** One after the other: told to make all at once, Node tries for ever where the system has none of them, as in /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  if (dirname(folder) !== folder) makeFolder(dirname(folder))
  mkdirSync(folder)
}

/** The folder's name as npm takes it. */
export function projectName(folder: string): string {
  const name = basename(resolve(folder)).normalize("NFKD").toLowerCase().replace(NOT_IN_NAMES, "-").replace(/^[^a-z0-9]+|-+$/g, "").slice(0, LONGEST_NAME)
  return name === "" || name === "asyncio-ts" || name === "node_modules" ? "my-program" : name
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return { EACCES: "this user may not", EEXIST: "something of that name is there now", ENOENT: "no folder can be made there", ENOSPC: "the disk is full", EROFS: "nothing can be written there", ENAMETOOLONG: "its name is too long" }[code ?? ""] ?? message
}

/** As it can be typed: no option, and nothing that a shell takes for its own. */
function forShell(folder: string): string {
  const path = folder.startsWith("-") ? `./${folder}` : folder
  if (/^[\w./-]+$/.test(path)) return path
  return /[$`\\!"]/.test(path) && process.platform !== "win32" ? `'${path.replaceAll("'", String.raw`'\''`)}'` : `"${path}"`
}

function nextSteps(folder: string, files: readonly string[]): string {
  const enter = resolve(folder) === process.cwd() ? [] : [`  cd ${forShell(folder)}`]
  return [
    `a project is in ${folder}: ${files.join(", ")}`,
    "",
    "next:",
    ...enter,
    "  npm install",
    "  npm start          the program; Ctrl-C cancels it",
    "  npm test           its tests, on virtual time",
    "  npm run timeline   the program, and a picture of what each task did",
    "  npm run lint       a forgotten await, a swallowed cancellation, a blocking call",
    "",
    "README.md has the rest, AGENTS.md what a coding agent should know.",
  ].join("\n")
}
