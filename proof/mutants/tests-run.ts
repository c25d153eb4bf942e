import { readFile, rm } from "node:fs/promises"
import { join } from "node:path"
import { startApart } from "../leftovers.ts"
import { TOOL } from "./sandbox.ts"

/** The exit codes of first-failure.mjs and run-tests.mjs. */
const RUNAWAY = 3
const STANDSTILL = 4
/** A test that fails, or modules that cannot be loaded any more, by Node's codes. */
const FAILED: ReadonlySet<number> = new Set([1, 7, 13])
/** What is random in a test is the same with and without a mutant. */
const SEED = "1"

/** How tests ended: `runaway` came by its switch far more often than ever, `late` went beyond its limit. */
export type Ending = "passed" | "failed" | "runaway" | "late" | "interrupted"

export interface Outcome {
  readonly ending: Ending
  /** The test that failed, as far as one did. */
  readonly test: string
}

/** Which tests of a file come by which mutant and how often, and what they cost, in seconds of processor time. */
export interface Coverage {
  readonly file: string
  readonly costs: Readonly<Record<string, number>>
  /** What the process costs apart from the tests. */
  readonly start: number
  /** What is come by outside of any test, such as while modules load. */
  readonly static: Readonly<Record<string, number>>
  readonly perTest: Readonly<Record<string, Readonly<Record<string, number>>>>
}

interface Asked {
  readonly folder: string
  readonly file: string
  readonly env: Readonly<Record<string, string>>
  /** Seconds of processor time. */
  readonly limit: number
  readonly signal: AbortSignal
  /** These tests; all of them, if there are none. */
  readonly tests?: readonly string[]
}

/** Runs `file` without any mutant; it has to pass. */
export async function coverageOf(folder: string, file: string, signal: AbortSignal): Promise<Coverage> {
  const report = join(folder, `${file.replaceAll("/", "-")}.json`)
  const { ending, test } = await testsRun({ folder, file, env: { MUTATION_COVERAGE: report }, limit: 60, signal })
  if (ending !== "passed") throw new Error(`${file} does not pass without any mutant: ${ending} ${test}`)
  const counted = JSON.parse(await readFile(report, "utf8")) as Omit<Coverage, "file"> // of run-tests.mjs
  await rm(report)
  return { ...counted, file }
}

/** Runs a test file in a process of its own until the first test fails. */
export function testsRun({ folder, file, env, limit, signal, tests = [] }: Asked): Promise<Outcome> {
  const patterns = tests.map((name) => `--test-name-pattern=^${name.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}$`)
  const bundled = join("bundled", file.replace(/\.ts$/, ".mjs"))
  const program = [process.execPath, ...patterns, `--test-reporter=${join(TOOL, "first-failure.mjs")}`, join(TOOL, "run-tests.mjs"), bundled]
  // By the processor's time, which others on the machine do not change, and which ends also what nobody waits for any more.
  const limited = process.platform === "win32" ? program : ["sh", "-c", `ulimit -t ${Math.ceil(limit)}; exec "$@"`, "sh", ...program]
  const [command = "", ...args] = limited
  return new Promise((resolve, reject) => {
    const environment = { PATH: process.env["PATH"], TMPDIR: folder, SEED, NODE_COMPILE_CACHE: join(folder, ".cache"), ...env }
    const child = startApart(command, args, { cwd: folder, env: environment, stdio: ["ignore", "pipe", "ignore"] }, signal)
    let output = ""
    child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()))
    child.on("error", reject)
    child.on("close", (code) => {
      const ending = signal.aborted ? "interrupted" : endingOf(code)
      if (ending === undefined) reject(new Error(`${file} could not be run: exit code ${code}`))
      else resolve({ ending, test: output.trim() })
    })
  })
}

/** Undefined where it is the machinery that does not work: no test has noticed anything. */
function endingOf(code: number | null): Ending | undefined {
  // The system ends what goes beyond its processor time.
  if (code === null || code === STANDSTILL) return "late"
  if (code === RUNAWAY) return "runaway"
  if (FAILED.has(code)) return "failed"
  return code === 0 ? "passed" : undefined
}
