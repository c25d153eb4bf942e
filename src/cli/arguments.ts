/**
 * What the command was asked to do.
 */
import { extname } from "node:path"

export const HELP = `usage: asyncio-ts run FILE [OPTIONS] [-- ARGUMENTS]
       asyncio-ts --help | --version

Runs a program of yours, TypeScript or JavaScript, in a process of its own. Ctrl-C goes to
the program, which can clean up; a second Ctrl-C ends it.

  FILE               the program: .ts, .mts, .js or .mjs
  ARGUMENTS          what the program finds in process.argv
  --timeline         draws what each of its tasks did, when it has ended (on standard error)
  --timeline=FILE    writes it to a file: a picture (.svg), text (.txt) or events (.json)
  --explain          tells each switch of tasks in a sentence (on standard error)
  --debug            runs every loop in debug mode
  --help, --version

Exits with what the program exits with, 130 if Ctrl-C ended it, 2 if it cannot be run.`

/** Something that whoever gave the command has to put right; the message says how. */
export class UsageError extends Error {
  override readonly name = "UsageError"
}

export interface RunCommand {
  readonly file: string
  readonly arguments: readonly string[]
  readonly debug: boolean
  /** Whether each switch of tasks is told in a sentence. */
  readonly explain: boolean
  /** Where to draw the timeline, if it is to be drawn. */
  readonly timeline: "terminal" | { readonly file: string; readonly format: TimelineFormat } | undefined
}

export type TimelineFormat = (typeof FORMATS)[number]
export type Command = "help" | "version" | RunCommand

const FORMATS = ["svg", "txt", "json"] as const

/** @throws UsageError */
export function parseArguments(argv: readonly string[]): Command {
  const end = argv.indexOf("--")
  const own = end === -1 ? argv : argv.slice(0, end)
  if (own.includes("--help") || own.includes("-h")) return "help"
  const [command, ...rest] = own
  if (command === "--version" || command === "-v") return "version"
  if (command === undefined) throw new UsageError("no command: give one, such as asyncio-ts run FILE.ts (--help tells more)")
  if (command !== "run") {
    const wasFile = /\.[cm]?[jt]s$/.test(command) ? `asyncio-ts run ${command}` : "asyncio-ts run FILE.ts"
    throw new UsageError(`unknown command '${command}': to run a program, give ${wasFile}`)
  }
  return parseRun(rest, end === -1 ? [] : argv.slice(end + 1))
}

function parseRun(own: readonly string[], programArguments: readonly string[]): RunCommand {
  const files: string[] = []
  let debug = false
  let explain = false
  let timeline: RunCommand["timeline"]
  for (const argument of own) {
    if (argument === "--debug") debug = true
    else if (argument === "--explain") explain = true
    else if (argument === "--timeline") timeline = "terminal"
    else if (argument.startsWith("--timeline=")) timeline = timelineFile(argument.slice("--timeline=".length))
    else if (!argument.startsWith("-")) files.push(argument)
    else {
      throw new UsageError(
        `unknown option ${argument}: run takes --timeline, --timeline=FILE, --explain and --debug; ` +
          `what is meant for the program comes after --, as in run FILE.ts -- ${argument}`,
      )
    }
  }
  const [file, extra] = files
  if (file === undefined) throw new UsageError("run which program? Name its file: asyncio-ts run FILE.ts")
  if (extra !== undefined) {
    throw new UsageError(
      `run takes one file, not both ${file} and ${extra}; what is meant for the program comes after --, ` +
        `as in run ${file} -- ${extra}`,
    )
  }
  return { file, arguments: programArguments, debug, explain, timeline }
}

function timelineFile(file: string): RunCommand["timeline"] {
  const format = FORMATS.find((format) => extname(file) === `.${format}`)
  if (format !== undefined) return { file, format }
  throw new UsageError(
    `cannot tell what to write to '${file}': --timeline=FILE takes a name that ends in .svg (a picture), ` +
      ".txt (text) or .json (the events)",
  )
}
