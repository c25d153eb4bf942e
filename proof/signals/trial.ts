/** One program in a process of its own, with signals at its awaits, and whether it ended as is promised. */
import { fileURLToPath } from "node:url"
import { endGroup, startApart } from "../leftovers.ts"
import type { Tree } from "./random-program.ts"

/** `run`, with what it throws caught or not, or a `Runner` that is closed. */
export type Entry = "run" | "caught" | "runner"
/** By the program itself, by its listeners alone, or by the process that has started it. */
export type How = "sent" | "at once" | "by another"

export interface Trial {
  readonly program: string
  /** Of one that is made at random. */
  readonly tree?: Tree
  readonly entry: Entry
  readonly how: How
  readonly signal: "SIGINT" | "SIGTERM"
  /** At which awaits, counted over all tasks from 1 on; none: it runs undisturbed. */
  readonly at: readonly number[]
  /** By `asyncio-ts run`. */
  readonly command?: boolean
}

export interface Ended {
  /** What refutes the claim; undefined if it ended as is promised. */
  readonly failure?: string
  /** From the last of the clean-up to the end of the process, in milliseconds. */
  readonly took: number
  /** The awaits that it came to. */
  readonly awaits: number
  readonly reached: boolean
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url))
const CHILD = fileURLToPath(new URL("child.ts", import.meta.url))
const COMMAND = fileURLToPath(new URL("../../bin/asyncio-ts.js", import.meta.url))
const HANGS_MS = 60_000
/** That a program may print after its last turns have begun. */
const LAST_LINES = 6
const CODES = { SIGINT: 130, SIGTERM: 143 } as const

/** @param cache - a folder where Node keeps what it has compiled */
export async function runTrial(trial: Trial, cache: string, interrupted: AbortSignal, child = CHILD): Promise<Ended> {
  const { code, signal, exited, stdout, stderr } = await runProcess(trial, cache, interrupted, child)
  const lines = stdout.trim().split("\n").map((line) => {
    const [, what = "", time = ""] = /^(.*) (\d+)$/.exec(line) ?? []
    return { what, time: Number(time) }
  })
  const awaits = Number(lines.find(({ what }) => what.startsWith("="))?.what.slice(1) ?? 0)
  const reached = trial.at.length === 0 || lines.some(({ what }) => what.startsWith("@"))
  const last = lines.findLast(({ what }) => /^[-@]|^main$/.test(what))?.time ?? exited
  const wrong = judge(trial, lines.map(({ what }) => what), code, signal, stderr)
  const took = exited - last
  if (wrong === undefined) return { took, awaits, reached }
  return { took, awaits, reached, failure: `${told(trial)}: ${wrong}\n${indented(stdout)}${stderr === "" ? "" : `\n  on stderr:\n${indented(stderr)}`}` }
}

/** A line that says how to see it again. */
export function told({ program, entry, how, signal, at, command = false }: Trial): string {
  const by = command ? "by asyncio-ts run, " : ""
  return `"${program}": ${by}${entry}, ${signal} ${how} at await ${at.join(" and ")}`
}

function judge({ at, signal, command = false }: Trial, lines: readonly string[], code: number | null, ended: string | null, stderr: string): string | undefined {
  if (ended === "SIGKILL") return "it hangs, or was killed"
  // Whoever is not disturbed says in the end how many awaits there were.
  if (at.length === 0 && !lines.some((line) => line.startsWith("="))) return `it broke off by ${ended ?? `code ${code}`} before its end`
  const closed = lines.filter((line) => line.startsWith("-")).map((line) => line.slice(1))
  const twice = closed.find((name, index) => closed.indexOf(name) !== index)
  if (twice !== undefined) return `the finally of '${twice}' ran twice`
  const left = lines.filter((line) => line.startsWith("+")).map((line) => line.slice(1)).filter((name) => !closed.includes(name))
  // A further Ctrl-C once main has ended ends the process, whatever is left.
  const mayCut = signal === "SIGINT" && at.length > 1
  const missing = left.find((name) => !mayCut || name.startsWith("main") || !lines.includes("main"))
  if (missing !== undefined) return `the finally of '${missing}' did not run`
  if (stderr !== "") return "it wrote to stderr"
  const sent = lines.filter((line) => line.startsWith("@")).length
  const found = ended ?? `code ${code}`
  // A program that had come to its end is not cancelled, and ends as it would have.
  const allowed = sent === 0 ? ["code 0"] : command ? [`code ${CODES[signal]}`] : signal === "SIGINT" ? ["SIGINT"] : ["code 143"]
  if (sent > 0 && lines.includes("returned")) {
    if (signal === "SIGTERM") allowed.push("code 0", ...(command ? [] : ["SIGTERM"]))
    // One that comes in the last turns finds nobody who still listens.
    else if (lines.length - lines.findLastIndex((line) => line.startsWith("@")) <= LAST_LINES) allowed.push("code 0")
  }
  return allowed.includes(found) ? undefined : `it ended by ${found}, not ${allowed.join(" or ")}`
}

interface Process {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** In milliseconds of the clock of the day, as the program's own lines have. */
  readonly exited: number
  readonly stdout: string
  readonly stderr: string
}

function runProcess({ program, tree, entry, how, signal, at, command = false }: Trial, cache: string, interrupted: AbortSignal, file: string): Promise<Process> {
  const own = [file, program, tree === undefined ? "" : JSON.stringify(tree), entry, how, signal, ...at.map(String)]
  const args = ["--conditions=asyncio-ts:source", "--no-warnings", ...(command ? [COMMAND, "run", file, "--", ...own.slice(1)] : own)]
  const child = startApart(process.execPath, args, { cwd: ROOT, env: { ...process.env, NODE_COMPILE_CACHE: cache }, stdio: ["ignore", "pipe", "pipe"] }, interrupted)
  let stdout = ""
  let stderr = ""
  let heard = 0
  let exited = 0
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text
    if (how !== "by another") return
    const asked = stdout.split("\n").slice(0, -1).filter((line) => line.startsWith("@")).length
    for (; heard < asked; heard += 1) child.kill(signal)
  })
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text))
  const limit = setTimeout(() => endGroup(child), HANGS_MS)
  child.on("exit", () => (exited = Date.now()))
  return new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code, ended) => {
      clearTimeout(limit)
      resolve({ code, signal: ended, exited, stdout, stderr })
    })
  })
}

const indented = (text: string): string => text.trimEnd().replaceAll(/^/gm, "    ")
