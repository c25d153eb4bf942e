/**
 * The `asyncio-ts` command.
 */
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"

import { HELP, parseArguments, UsageError, type RunCommand } from "./arguments.ts"
import { drawTimeline } from "./draw-timeline.ts"
import { runProgram } from "./run-program.ts"
import { DEBUG, EXPLAIN, RECORDING } from "./settings.ts"

const CANNOT_RUN = 2

async function main(argv: readonly string[]): Promise<number> {
  const command = parseArguments(argv)
  if (command === "help") console.log(HELP)
  else if (command === "version") console.log(version())
  else return run(command)
  return 0
}

async function run({ file, arguments: programArguments, debug, explain, timeline }: RunCommand): Promise<number> {
  checkProgram(file)
  if (typeof timeline === "object") checkFolder(timeline.file)
  const program = resolve(file)
  const env = { ...process.env, ...(debug ? { [DEBUG]: "1" } : {}), ...(explain ? { [EXPLAIN]: "1" } : {}) }
  if (timeline === undefined) return runProgram({ file: program, arguments: programArguments, env })

  const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-"))
  const recording = join(folder, "recording.json")
  try {
    const code = await runProgram({ file: program, arguments: programArguments, env: { ...env, [RECORDING]: recording } })
    drawTimeline(recording, program, timeline)
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
  if (!(error instanceof UsageError)) throw error
  console.error(`asyncio-ts: ${error.message}`)
  process.exitCode = CANNOT_RUN
}
