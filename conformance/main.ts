import { HELP, parseArguments, UsageError, type Arguments } from "./arguments.ts"
import { checkFiles, ownVectors, scenariosOf } from "./files.ts"
import { freshScenarios } from "./python.ts"
import { Report } from "./report.ts"
import { runScenarios } from "./runner.ts"
import type { Sights } from "./watch.ts"

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
    `${given.entry === "timer" ? " --entry timer" : ""}${given.watched === undefined ? "" : " --watched"}`,
    files.length === 0 ? given.fresh?.count : undefined,
  )
  // Loaded only for who asks, since it watches from then on.
  const unwatch = given.watched === undefined ? undefined : await (await import("./watch.ts")).watchEverything(given.watched, given.inspector)
  let sights: Sights | undefined
  try {
    await runAll(given, files, report, interrupted.signal)
  } finally {
    sights = await unwatch?.()
    report.clear()
  }
  if (interrupted.signal.aborted) report.line("interrupted")
  report.end()
  if (interrupted.signal.aborted) return EXIT.interrupted
  if (sights !== undefined && !tell(sights, given.inspector)) return EXIT.failed
  return report.anyFailed ? EXIT.failed : EXIT.passed
}

/** Tells what the watchers saw; false if one of them saw nothing, or failed. */
function tell({ events, within, attached, warnings, blocked, mistakes }: Sights, inspector: boolean): boolean {
  console.log(`watched: ${events} events recorded, ${within} snapshots from within, ${attached} by an inspector, ${warnings} warnings, ${blocked} blocked stretches`)
  for (const mistake of new Set(mistakes)) console.log(`a snapshot failed: ${mistake}`)
  const blind = events === 0 || within === 0 || (inspector && attached === 0)
  if (blind) console.log("a watcher saw nothing: the traces say nothing about it")
  return !blind && mistakes.length === 0
}

async function runAll(given: Arguments, files: readonly string[], report: Report, stop: AbortSignal): Promise<void> {
  const { fresh, entry, only, watched } = given
  if (files.length > 0) await runScenarios(scenariosOf(files, only), entry, report, stop, watched !== undefined)
  if (fresh === undefined || stop.aborted) return
  report.line(`seed ${fresh.seed}, CPython ${fresh.python}`)
  await runScenarios(freshScenarios(fresh, stop), entry, report, stop, watched !== undefined)
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
