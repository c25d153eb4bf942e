/**
 * Loaded into the process of a program, before it: records what its tasks do, and makes Ctrl-C an orderly end.
 */
import { writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { pathToFileURL } from "node:url"

import { Explainer } from "../inspect/explain.ts"
import { Recorder } from "../inspect/recorder.ts"
import { EXPLAIN, RECORDING, type Recorded } from "./settings.ts"

const INTERRUPTED = 130
const ENDINGS = [["SIGINT", INTERRUPTED], ["SIGTERM", 143], ["SIGHUP", 129]] as const

const { [RECORDING]: file, [EXPLAIN]: explain } = process.env
// What the program starts in turn is no business of ours.
delete process.env[RECORDING]
delete process.env[EXPLAIN]

endQuietly()
if (file !== undefined) await record(file)
if (explain !== undefined) await explainSwitches()

/**
 * Ctrl-C that the program does not handle is no crash: no stack, and the exit code of a shell.
 * It ends by exit, and not by a signal, so that what listens for "exit" is told.
 */
function endQuietly(): void {
  process.on("uncaughtExceptionMonitor", (error) => {
    if (error.name === "KeyboardInterrupt" && process.listenerCount("uncaughtException") === 0) process.exit(INTERRUPTED)
  })
  for (const [signal, code] of ENDINGS) {
    process.on(signal, () => {
      // Whoever else listens, such as a run, knows better.
      if (process.listenerCount(signal) === 1) process.exit(code)
    })
  }
}

/** Writes what the tasks did to `file` when the process ends. */
async function record(file: string): Promise<void> {
  const copy = await programs<{ Recorder: typeof Recorder }>("asyncio-ts/inspect")
  const recorder = new (copy?.Recorder ?? Recorder)().start()
  process.on("exit", () => {
    recorder.stop()
    const recorded: Recorded = { recording: recorder.recording(), ended: performance.now() / 1000 }
    writeFileSync(file, JSON.stringify(recorded))
  })
}

/** Tells each switch of tasks on standard error, where it mixes least with what the program prints. */
async function explainSwitches(): Promise<void> {
  const copy = await programs<{ Explainer: typeof Explainer }>("asyncio-ts/inspect")
  new (copy?.Explainer ?? Explainer)({ print: (sentence) => console.error(sentence) }).start()
}

/** An entry of the copy of this package that the program itself gets; there may be several. */
async function programs<T>(entry: string): Promise<T | undefined> {
  try {
    const path = createRequire(process.argv[1] ?? process.cwd()).resolve(entry)
    return (await import(pathToFileURL(path).href)) as T // the caller says what that entry exports
  } catch {
    return undefined
  }
}
