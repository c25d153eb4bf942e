/**
 * What the command was asked to do.
 */
import { extname } from "node:path"

export const HELP = `usage: asyncio-ts run FILE [OPTIONS] [-- ARGUMENTS]
       asyncio-ts worker FILE… [OPTIONS]
       asyncio-ts jobs [OPTIONS]
       asyncio-ts ps [PID] | pstree PID | top PID [OPTIONS]
       asyncio-ts doctor FILE | PID [OPTIONS]
       asyncio-ts timeline RECORDING [OPTIONS]
       asyncio-ts [repl] [OPTIONS]
       asyncio-ts init FOLDER
       asyncio-ts exercises [start NAME | check | hint]
       asyncio-ts --help | --version

worker serves jobs of other machines, and jobs shows how their queue stands; ps, pstree and
top show the tasks of a running program, doctor says what limits one, timeline shows a
recording; without a command there is a prompt; init makes a project, exercises is a course;
--help after each tells more. run runs a program of yours, TypeScript or JavaScript, in a
process of its own.
Ctrl-C goes to the program, which can clean up; a second Ctrl-C ends it.

  FILE               the program: .ts, .mts, .js or .mjs
  ARGUMENTS          what the program finds in process.argv
  --timeline         draws what each of its tasks did, when it has ended (on standard error)
  --timeline=FILE    writes it to a file: a page with zoom and search (.html), a picture
                     (.svg), text (.txt) or events (.json)
  --explain          tells each switch of tasks in a sentence (on standard error)
  --record[=FILE]    keeps the last of what its tasks do; writes it to a file when it ends,
                     and one beside it at SIGUSR2, after a failure and at a deadlock
  --watchdog         names the line that blocks the loop for 0.1 s, while it does (likewise)
  --watchdog=SECONDS the same after as many seconds
  --inspect          opens a socket for ps, pstree and top, which else ask Node by SIGUSR1
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
  /** Whether to open a socket by which its tasks can be looked at. */
  readonly inspect: boolean
  /** Whether each switch of tasks is told in a sentence. */
  readonly explain: boolean
  /** Where to write what a flight recorder has, if there is one; empty for a file named after the program. */
  readonly record?: string
  /** Seconds after which code that blocks the loop is reported, if it is. */
  readonly watchdog: number | undefined
  /** Where to draw the timeline, if it is to be drawn. */
  readonly timeline: "terminal" | { readonly file: string; readonly format: TimelineFormat } | undefined
}

export type TimelineFormat = (typeof FORMATS)[number]
export type Command = "help" | "version" | RunCommand

/** Seconds, as startWatchdog takes it. */
const WATCHDOG_THRESHOLD = 0.1
const SHORTEST_THRESHOLD = 0.01
const FORMATS = ["html", "svg", "txt", "json"] as const

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
  let inspect = false
  let explain = false
  let record: string | undefined
  let watchdog: number | undefined
  let timeline: RunCommand["timeline"]
  for (const argument of own) {
    if (argument === "--debug") debug = true
    else if (argument === "--inspect") inspect = true
    else if (argument === "--explain") explain = true
    else if (argument === "--record") record = ""
    else if (argument.startsWith("--record=")) record = recordFile(argument.slice("--record=".length))
    else if (argument === "--watchdog") watchdog = WATCHDOG_THRESHOLD
    else if (argument.startsWith("--watchdog=")) watchdog = watchdogThreshold(argument.slice("--watchdog=".length))
    else if (argument === "--timeline") timeline = "terminal"
    else if (argument.startsWith("--timeline=")) timeline = timelineFile(argument.slice("--timeline=".length))
    else if (!argument.startsWith("-")) files.push(argument)
    else {
      throw new UsageError(
        `unknown option ${argument}: run takes --timeline, --timeline=FILE, --explain, --record, --record=FILE, --watchdog, --watchdog=SECONDS, --inspect and --debug; ` +
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
  return { file, arguments: programArguments, debug, inspect, explain, watchdog, timeline, ...(record === undefined ? {} : { record }) }
}

function recordFile(file: string): string {
  if (file !== "") return file
  throw new UsageError("--record= names no file: give one, such as --record=shop.rec, or --record alone")
}

function watchdogThreshold(text: string): number {
  const seconds = Number(text)
  if (text.trim() !== "" && seconds >= SHORTEST_THRESHOLD && seconds < Infinity) return seconds
  throw new UsageError(`--watchdog=${text}: give the seconds that code may run, from ${SHORTEST_THRESHOLD} on, such as --watchdog=0.1`)
}

/** @throws UsageError for a name that tells of no format */
export function timelineFile(file: string): NonNullable<RunCommand["timeline"]> {
  const format = FORMATS.find((format) => extname(file) === `.${format}`)
  if (format !== undefined) return { file, format }
  throw new UsageError(
    `cannot tell what to write to '${file}': --timeline=FILE takes a name that ends in .html (a page), ` +
      ".svg (a picture), .txt (text) or .json (the events)",
  )
}
