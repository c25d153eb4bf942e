/**
 * What ps, pstree and top were asked to show.
 */
import { UsageError } from "./arguments.ts"

export type LookCommand = "ps" | "pstree" | "top"
export type LookSort = (typeof SORTS)[number]

export const SORTS = ["id", "name", "state", "age", "since", "cpu"] as const

export interface LookArguments {
  readonly command: LookCommand
  /** Missing where the processes are to be listed. */
  readonly pid: number | undefined
  readonly json: boolean
  readonly sort: LookSort | undefined
  /** A part of the names or the code of the tasks to show. */
  readonly name: string | undefined
  readonly limit: number | undefined
  readonly color: boolean | undefined
  readonly lines: boolean
  readonly socket: string | undefined
  /** Seconds. */
  readonly timeout: number
  /** Seconds between two looks. */
  readonly interval: number
  /** Looks, of top without a terminal; of ps, none unless it was asked to watch. */
  readonly count: number | undefined
  readonly watch: boolean
  /** Seconds for which to measure what tasks compute before they are shown; top always measures. */
  readonly cpu: number | undefined
}

export const LOOK_HELP = `usage: asyncio-ts ps [PID] [OPTIONS]
       asyncio-ts pstree PID [OPTIONS]
       asyncio-ts top PID [OPTIONS]

Shows the tasks of a running program that uses asyncio-ts: what each waits for, at which
line, and for how long. The program needs no option and goes on as before. ps gives a table,
pstree who awaits whom, top a page that is drawn again and again (h shows its keys).
ps without PID lists the Node programs of this user.

  --json             the whole description, as JSON; of top a line at each look
  --sort=KEY         ${SORTS.join(", ")}; the greatest first
  --name=TEXT        only tasks with that in their name or code (also --filter)
  --limit=N          at most so many tasks
  --cpu=SECONDS      measures first what each task computes; top always does
  --no-lines         without the lines of awaits, which take most of the time
  --no-color         without colors
  --watch            ps and pstree again and again, until Ctrl-C
  --interval=SECONDS between two looks (1)
  --count=N          ends after so many looks
  --socket=PATH      where the program listens, if not under the default name
  --timeout=SECONDS  until a program that does not answer is given up (5)

It asks by the socket of a program that was started with ASYNCIO_TS_INSPECT=1 or
asyncio-ts run --inspect, or that calls serveInspector; else it sends SIGUSR1, on which Node
opens its inspector on port 9229 of this machine, and closes that again.

Exits with 0, with 1 if it cannot look into the program, with 2 if it was called wrongly.`

/** @throws UsageError */
export function parseLook(command: LookCommand, argv: readonly string[]): LookArguments | "help" {
  const words: string[] = []
  const values = new Map<string, string>()
  const flags = new Set<string>()
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ""
    if (word === "--help" || word === "-h") return "help"
    if (!word.startsWith("-") || word === "-") {
      words.push(word)
      continue
    }
    const [, name = word, inline] = /^(--[a-z-]+)(?:=(.*))?$/s.exec(word) ?? []
    if (FLAGS.includes(name) && inline === undefined) flags.add(name)
    else if (VALUES.includes(name)) {
      const value = inline ?? argv[++at]
      if (value === undefined) throw new UsageError(`${command}: ${name} takes a value, as in ${name}=${EXAMPLES[name] ?? "1"}`)
      values.set(name === "--filter" ? "--name" : name, value)
    } else throw new UsageError(`${command}: unknown option ${word}; --help lists them`)
  }
  const [pid, extra] = words
  if (extra !== undefined) throw new UsageError(`${command} takes one process, not both ${pid} and ${extra}`)
  if (pid === undefined && command !== "ps") throw new UsageError(`${command} of which process? Give its number, as in asyncio-ts ${command} 4711; asyncio-ts ps lists them`)
  return {
    command,
    pid: pid === undefined ? undefined : processNumber(command, pid),
    json: flags.has("--json"),
    sort: sortOf(command, values.get("--sort")),
    name: values.get("--name"),
    limit: numberOf(command, values, "--limit", true),
    color: flags.has("--no-color") ? false : undefined,
    lines: !flags.has("--no-lines"),
    socket: values.get("--socket"),
    timeout: numberOf(command, values, "--timeout", false) ?? 5,
    interval: numberOf(command, values, "--interval", false) ?? 1,
    count: numberOf(command, values, "--count", true),
    watch: flags.has("--watch"),
    cpu: numberOf(command, values, "--cpu", false) ?? (values.get("--sort") === "cpu" ? 1 : undefined),
  }
}

const FLAGS = ["--json", "--no-color", "--no-lines", "--watch"]
const VALUES = ["--sort", "--name", "--filter", "--limit", "--socket", "--timeout", "--interval", "--count", "--cpu"]
const EXAMPLES: Readonly<Record<string, string>> = { "--sort": "age", "--name": "fetch", "--filter": "fetch", "--limit": "20", "--socket": "/run/user/1000/shop.sock", "--timeout": "5", "--interval": "1", "--count": "10", "--cpu": "1" }

function processNumber(command: LookCommand, text: string): number {
  const pid = Number(text)
  if (/^\d+$/.test(text) && pid > 0 && Number.isSafeInteger(pid)) return pid
  throw new UsageError(`${command} takes the number of a process, not '${text}': asyncio-ts ps lists those of Node`)
}

function sortOf(command: LookCommand, text: string | undefined): LookSort | undefined {
  if (text === undefined) return undefined
  const sort = SORTS.find((sort) => sort === text)
  if (sort === undefined) throw new UsageError(`${command} cannot sort by '${text}': take ${SORTS.join(", ")}`)
  return sort
}

function numberOf(command: LookCommand, values: ReadonlyMap<string, string>, name: string, whole: boolean): number | undefined {
  const text = values.get(name)
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() !== "" && value > 0 && Number.isFinite(value) && (!whole || Number.isInteger(value))) return value
  throw new UsageError(`${command}: ${name} takes a ${whole ? "whole number" : "number of seconds"} above 0, not '${text}'`)
}
