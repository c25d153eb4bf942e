import { HELP, parseArguments, UsageError, type Arguments } from "./arguments.ts"
import { checkFiles, ownVectors, scenariosOf } from "./files.ts"
import { freshScenarios } from "./python.ts"
import { Report } from "./report.ts"
import { runScenarios } from "./runner.ts"

const EXIT = { passed: 0, failed: 1, cannotRun: 2, interrupted: 130 } as const

// npm passes on a signal that the terminal has sent to this process already.
const SAME_CTRL_C_MS = 500
// How long what a failed scenario left open may keep the process alive.
const LINGER_MS = 500

async function main(argv: readonly string[]): Promise<number> {
  const given = parseArguments(argv, () => String(Math.floor(Math.random() * 1e9)))
  if (given.help) {
    console.log(HELP)
    return EXIT.passed
  }
  const files = given.files.length > 0 || given.fresh !== undefined ? given.files : await ownVectors()
  await checkFiles(files)

  const interrupted = new AbortController()
  process.on("SIGINT", interruptOnce(interrupted))
  const report = new Report(
    process.stdout,
    given.entry === "timer" ? " --entry timer" : "",
    files.length === 0 ? given.fresh?.count : undefined,
  )
  try {
    await runAll(given, files, report, interrupted.signal)
  } finally {
    report.clear()
  }
  if (interrupted.signal.aborted) report.line("interrupted")
  report.end()
  if (interrupted.signal.aborted) return EXIT.interrupted
  return report.anyFailed ? EXIT.failed : EXIT.passed
}

async function runAll(given: Arguments, files: readonly string[], report: Report, stop: AbortSignal): Promise<void> {
  const { fresh, entry, only } = given
  if (files.length > 0) await runScenarios(scenariosOf(files, only), entry, report, stop)
  if (fresh === undefined || stop.aborted) return
  report.line(`seed ${fresh.seed}, CPython ${fresh.python}`)
  await runScenarios(freshScenarios(fresh, stop), entry, report, stop)
}

function interruptOnce(controller: AbortController): () => void {
  let first: number | undefined
  return () => {
    first ??= performance.now()
    controller.abort()
    if (performance.now() - first > SAME_CTRL_C_MS) process.exit(EXIT.interrupted)
  }
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(`conformance: ${error.message}`)
  process.exitCode = EXIT.cannotRun
}
setTimeout(() => process.exit(), LINGER_MS).unref()
