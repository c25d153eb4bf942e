/**
 * The `asyncio-ts` command.
 */
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, parse, resolve } from "node:path"

import { HELP, parseArguments, UsageError, type RunCommand } from "./arguments.ts"
import { runProgram } from "./run-program.ts"
import { DEBUG, EXPLAIN, FLIGHT, INSPECT, RECORDING, WATCHDOG } from "./settings.ts"
import { CannotServe } from "./worker-mistake.ts"

const CANNOT_RUN = 2

async function main(argv: readonly string[]): Promise<number> {
  // Loaded only for who asks: they need packages that the others do not.
  if (argv[0] === "init") return (await import("./init-command.ts")).initCommand(argv.slice(1), version())
  if (argv[0] === "doctor") return (await import("./doctor-command.ts")).doctorCommand(argv.slice(1))
  if (argv[0] === "worker") return (await import("./worker-command.ts")).workerCommand(argv.slice(1))
  if (argv[0] === "ps" || argv[0] === "pstree") return (await import("./ps-command.ts")).psCommand(argv[0], argv.slice(1))
  if (argv[0] === "top") return (await import("./top-command.ts")).topCommand(argv.slice(1))
  if (argv[0] === "timeline") return (await import("./timeline-command.ts")).timelineCommand(argv.slice(1))
  if (argv[0] === "jobs") return (await import("./worker-jobs.ts")).jobsCommand(argv.slice(1))
  if (argv[0] === "exercises") return (await import("./exercises-command.ts")).exercisesCommand(argv.slice(1))
  if (argv[0] === "repl" || isPrompt(argv)) return (await import("./repl/repl-command.ts")).replCommand(argv[0] === "repl" ? argv.slice(1) : argv)
  const command = parseArguments(argv)
  if (command === "help") console.log(HELP)
  else if (command === "version") console.log(version())
  else return run(command)
  return 0
}

/** Without a command there is a prompt, unless something is asked about the command itself. */
function isPrompt(argv: readonly string[]): boolean {
  return argv.every((argument) => argument.startsWith("-") && !["--help", "-h", "--version", "-v"].includes(argument))
}

async function run({ file, arguments: programArguments, debug, inspect, explain, record, watchdog, timeline }: RunCommand): Promise<number> {
  checkProgram(file)
  if (typeof timeline === "object") checkFolder(timeline.file)
  const flight = record === undefined ? undefined : resolve(record === "" ? `${parse(file).name}.rec` : record)
  if (flight !== undefined) checkFolder(flight)
  const program = resolve(file)
  const env = { ...process.env, ...(debug ? { [DEBUG]: "1" } : {}), ...(inspect ? { [INSPECT]: "1" } : {}), ...(explain ? { [EXPLAIN]: "1" } : {}), ...(flight === undefined ? {} : { [FLIGHT]: flight }), ...(watchdog === undefined ? {} : { [WATCHDOG]: String(watchdog) }) }
  if (timeline === undefined) return runProgram({ file: program, arguments: programArguments, env })

  const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-"))
  const recording = join(folder, "recording.json")
  try {
    const code = await runProgram({ file: program, arguments: programArguments, env: { ...env, [RECORDING]: recording } })
    // Not at the top: who only looks at a process would wait for it.
    const { drawTimeline } = await import("./draw-timeline.ts")
    await drawTimeline(recording, program, timeline)
    return code
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @throws UsageError */
function checkProgram(file: string): void {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (stat === undefined) throw new UsageError(`there is no file ${file} in ${process.cwd()}: name the program that is to run`)
  if (stat.isDirectory()) throw new UsageError(`${file} is a folder: name the file in it that is to run, such as ${join(file, "main.ts")}`)
  if (/\.[cm]?ts$/.test(file) && process.features.typescript === false) {
    throw new UsageError(`Node ${process.version} does not run TypeScript: use Node 22.18 or newer, or run what your compiler makes of ${file}`)
  }
}

/** @throws UsageError */
function checkFolder(file: string): void {
  const folder = dirname(resolve(file))
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UsageError(`cannot write ${file}: there is no folder ${folder}; make it first`)
  }
}

function version(): string {
  const file = new URL("../../package.json", import.meta.url)
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version // npm requires one
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof UsageError || error instanceof CannotServe)) throw error
  console.error(`asyncio-ts: ${error.message}`)
  process.exitCode = CANNOT_RUN
}
