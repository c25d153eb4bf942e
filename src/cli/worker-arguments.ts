/**
 * What the commands for jobs of many machines were asked to do.
 */
import { UsageError } from "./arguments.ts"

export const WORKER_HELP = `usage: asyncio-ts worker FILE… [OPTIONS]

Serves the exported functions of modules to DistributedExecutors on any machine, each job
in a thread of its own. Ctrl-C (or SIGTERM) takes no new job, lets running ones end, hands
the rest back to the queue, and exits with 0; a second Ctrl-C hands them back at once.

  FILE               a module: .ts, .mts, .js or .mjs; it is called by its file's name, or
                     as NAME in NAME=FILE
  --redis URL        redis://:PASSWORD@HOST:PORT/DATABASE, or rediss:// for TLS; by default
                     REDIS_URL of the environment, else redis://127.0.0.1:6379
  --queue NAME       the queue; asyncio by default
  --prefix NAME      what the names of keys in Redis begin with; bull by default
  --concurrency N    how many jobs run at a time; one for each processor by default
  --grace S          seconds that running jobs get at Ctrl-C; 10 by default
  --lock S           seconds after which the jobs of a worker that tells nothing are begun
                     elsewhere; 15 by default
  --max-lost N       how often a job may be lost with its worker; 3 by default
  --memory MIB       the most memory of one thread; a job that needs more fails
  --name NAME        what the worker is called; the machine and the process by default
  --verbose          tells of each job, not only of what goes wrong
  --dashboard        draws how the queue stands
  --json             tells everything as JSON, one object a line

Exits with 0, or with 2 if it cannot serve.`

export const JOBS_HELP = `usage: asyncio-ts jobs [OPTIONS]
       asyncio-ts jobs failed | retry ID… | drop ID… [OPTIONS]

Shows how a queue stands, on all machines, until Ctrl-C. The jobs that have failed for good
are listed, put back into the queue, or forgotten.

  --redis URL        as of asyncio-ts worker
  --queue NAME       the queue; asyncio by default
  --prefix NAME      what the names of keys in Redis begin with; bull by default
  --all              instead of ID…: all that have failed
  --every S          seconds between two looks; 1 by default
  --once             looks once, and ends
  --json             tells everything as JSON, one object a line

Exits with 0, with 1 if there is no job of that ID, with 2 if the queue cannot be reached.`

export interface WorkerCommand {
  readonly modules: readonly string[] | Readonly<Record<string, string>>
  readonly redis: string | undefined
  readonly queue: string | undefined
  readonly prefix: string | undefined
  readonly concurrency: number | undefined
  readonly grace: number | undefined
  readonly lockDuration: number | undefined
  readonly maxLost: number | undefined
  readonly memoryLimit: number | undefined
  readonly name: string | undefined
  readonly verbose: boolean
  readonly dashboard: boolean
  readonly json: boolean
}

export interface JobsCommand {
  readonly action: "show" | "failed" | "retry" | "drop"
  readonly ids: readonly string[]
  readonly all: boolean
  readonly redis: string | undefined
  readonly queue: string | undefined
  readonly prefix: string | undefined
  readonly every: number
  readonly once: boolean
  readonly json: boolean
}

type Kind = "text" | "number" | "flag"
interface Parsed {
  readonly words: readonly string[]
  text(name: string): string | undefined
  number(name: string): number | undefined
  flag(name: string): boolean
}

const QUEUE = { "--redis": "text", "--queue": "text", "--prefix": "text", "--json": "flag" } as const
const OF_WORKER = {
  ...QUEUE,
  "--concurrency": "number",
  "--grace": "number",
  "--lock": "number",
  "--max-lost": "number",
  "--memory": "number",
  "--name": "text",
  "--verbose": "flag",
  "--dashboard": "flag",
} as const
const OF_JOBS = { ...QUEUE, "--all": "flag", "--every": "number", "--once": "flag" } as const

/** @throws UsageError */
export function parseWorker(argv: readonly string[]): WorkerCommand | "help" {
  if (argv.includes("--help") || argv.includes("-h")) return "help"
  const parsed = parse(argv, OF_WORKER, "worker")
  if (parsed.words.length === 0) throw new UsageError("worker serves which modules? Name their files: asyncio-ts worker ./tasks.ts (--help tells more)")
  return {
    modules: modulesOf(parsed.words),
    ...queueOf(parsed),
    concurrency: parsed.number("--concurrency"),
    grace: parsed.number("--grace"),
    lockDuration: parsed.number("--lock"),
    maxLost: parsed.number("--max-lost"),
    memoryLimit: parsed.number("--memory"),
    name: parsed.text("--name"),
    verbose: parsed.flag("--verbose"),
    dashboard: parsed.flag("--dashboard"),
  }
}

/** @throws UsageError */
export function parseJobs(argv: readonly string[]): JobsCommand | "help" {
  if (argv.includes("--help") || argv.includes("-h")) return "help"
  const parsed = parse(argv, OF_JOBS, "jobs")
  const [action = "show", ...ids] = parsed.words
  if (action !== "show" && action !== "failed" && action !== "retry" && action !== "drop") {
    throw new UsageError(`jobs cannot '${action}': it shows the queue, or lists (failed), repeats (retry ID) and forgets (drop ID) what has failed`)
  }
  const all = parsed.flag("--all")
  if ((action === "retry" || action === "drop") && ids.length === 0 && !all) {
    throw new UsageError(`${action} which jobs? Give their IDs, which asyncio-ts jobs failed lists, or --all`)
  }
  if ((action === "show" || action === "failed") && ids.length > 0) throw new UsageError(`jobs ${action} takes no IDs, and was given ${ids.join(" ")}`)
  const every = parsed.number("--every") ?? 1
  if (!(every > 0)) throw new UsageError(`--every takes seconds above 0, not ${every}`)
  return { action, ids, all, ...queueOf(parsed), every, once: parsed.flag("--once") }
}

function queueOf(parsed: Parsed): Pick<JobsCommand, "redis" | "queue" | "prefix" | "json"> {
  return { redis: parsed.text("--redis"), queue: parsed.text("--queue"), prefix: parsed.text("--prefix"), json: parsed.flag("--json") }
}

function modulesOf(words: readonly string[]): WorkerCommand["modules"] {
  const named = words.map((word) => /^([\w.@-]+)=(.+)$/s.exec(word))
  if (named.every((match) => match === null)) return words
  const modules: Record<string, string> = {}
  for (const [index, match] of named.entries()) {
    const [, name = "", file = ""] = match ?? []
    if (match === null) throw new UsageError(`give each module a name, or none: ${words[index] ?? ""} has none`)
    if (name in modules) throw new UsageError(`two modules are called '${name}': give one another name`)
    modules[name] = file
  }
  return modules
}

function parse(argv: readonly string[], options: Readonly<Record<string, Kind>>, command: string): Parsed {
  const words: string[] = []
  const found = new Map<string, string>()
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? ""
    if (!word.startsWith("-")) {
      words.push(word)
      continue
    }
    const [name = "", inline] = word.includes("=") ? [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)] : [word]
    const kind = options[name]
    if (kind === undefined) throw new UsageError(`unknown option ${name}: ${command} takes ${Object.keys(options).join(", ")} (--help tells more)`)
    if (kind === "flag") {
      if (inline !== undefined) throw new UsageError(`${name} takes no value, and was given ${inline}`)
      found.set(name, "")
      continue
    }
    const value = inline ?? argv[(at += 1)]
    if (value === undefined || value === "") throw new UsageError(`${name} takes a value, as in ${name} ${kind === "number" ? "4" : "VALUE"}`)
    if (kind === "number" && !/^\d+(\.\d+)?$/.test(value)) throw new UsageError(`${name} takes a number, not '${value}'`)
    found.set(name, value)
  }
  return {
    words,
    text: (name) => found.get(name),
    number: (name) => (found.has(name) ? Number(found.get(name)) : undefined),
    flag: (name) => found.has(name),
  }
}
