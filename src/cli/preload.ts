/**
 * Loaded into the process of a program, before it: records what its tasks do, and makes Ctrl-C an orderly end.
 */
import { writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname } from "node:path"
import { pathToFileURL } from "node:url"

import { recordCollections } from "../inspect/analysis/collections-node.ts"
import { Explainer } from "../inspect/explain.ts"
import { startFlightRecorder } from "../inspect/flight/flight-recorder-node.ts"
import { Recorder } from "../inspect/recorder.ts"
import { startWatchdog } from "../inspect/watchdog/watchdog-node.ts"
import { EXAMINE, EXPLAIN, FLIGHT, RECORD_FOR, RECORDING, WATCHDOG, type Recorded } from "./settings.ts"

const INTERRUPTED = 130
const ENDINGS = [["SIGINT", INTERRUPTED], ["SIGTERM", 143], ["SIGHUP", 129]] as const

/** How many events a verdict rests on: some ten megabytes. */
const EXAMINED = 262_144
/** Seconds from which on it names what blocks the loop. */
const EXAMINED_BLOCKS = 0.05
/** How long a program whose time is over may take to end, as after Ctrl-C. */
const GRACE_MS = 500
const POLL_MS = 20

const { [FLIGHT]: flight, [RECORDING]: file, [EXPLAIN]: explain, [EXAMINE]: examine, [RECORD_FOR]: recordFor, [WATCHDOG]: watchdog } = process.env
// What the program starts in turn is no business of ours.
delete process.env[RECORDING]
delete process.env[FLIGHT]
delete process.env[EXPLAIN]
delete process.env[EXAMINE]
delete process.env[RECORD_FOR]
delete process.env[WATCHDOG]

endQuietly()
const recorder = file === undefined ? undefined : await record(file)
const flown = flight === undefined ? undefined : await recordFlight(flight)
if (explain !== undefined) await explainSwitches()
if (watchdog !== undefined) await watch(Number(watchdog), true)
else if (examine !== undefined) await watch(EXAMINED_BLOCKS, false)

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
async function record(file: string): Promise<Recorder> {
  const copy = await programs<{ Recorder: typeof Recorder }>("asyncio-ts/inspect")
  const recorder = new (copy?.Recorder ?? Recorder)(examine === undefined ? {} : { capacity: EXAMINED, exact: true }).start()
  const endCollections = examine === undefined ? undefined : recordCollections(recorder)
  let written = false
  const write = (stopped: boolean): void => {
    if (written) return
    written = true
    endCollections?.()
    recorder.stop()
    const recorded: Recorded = { recording: recorder.recording(), ended: performance.now() / 1000, stopped }
    writeFileSync(file, JSON.stringify(recorded))
  }
  process.on("exit", () => write(false))
  if (recordFor === undefined) return recorder
  // Whoever waits for the recording sees from it that this has begun.
  writeFileSync(file, "")
  const over = (): void => {
    write(true)
    setTimeout(() => process.exit(INTERRUPTED), GRACE_MS)
    process.kill(process.pid, "SIGINT")
  }
  // To load the program may take longer than it is to be looked at.
  const begun = setInterval(() => {
    if (recorder.recording().tasks.length === 0) return
    clearInterval(begun)
    setTimeout(over, Number(recordFor) * 1000).unref()
  }, POLL_MS)
  begun.unref()
  return recorder
}

/** Keeps a flight recorder on, and writes what it has to `file` when the process ends; what goes wrong before is written beside it. */
async function recordFlight(file: string): Promise<Recorder> {
  const copy = await programs<{ startFlightRecorder: typeof startFlightRecorder }>("asyncio-ts/inspect")
  const recorder = (copy?.startFlightRecorder ?? startFlightRecorder)({ folder: dirname(file) })
  process.on("exit", () => {
    recorder.stop()
    try {
      console.error(`asyncio-ts: the recording is in ${recorder.dump(file)}`)
    } catch (error) {
      console.error(`asyncio-ts: the recording could not be written: ${error instanceof Error ? error.message : String(error)}`)
    }
  })
  return recorder.recorder
}

/** Tells each switch of tasks on standard error, where it mixes least with what the program prints. */
async function explainSwitches(): Promise<void> {
  const copy = await programs<{ Explainer: typeof Explainer }>("asyncio-ts/inspect")
  new (copy?.Explainer ?? Explainer)({ print: (sentence) => console.error(sentence) }).start()
}

/** Names what blocks the loop for that many seconds: to the recorders, and on standard error. */
async function watch(threshold: number, report: boolean): Promise<void> {
  const copy = await programs<{ startWatchdog: typeof startWatchdog }>("asyncio-ts/inspect")
  const told: Pick<Recorder, "addPause"> = {
    addPause(pause) {
      recorder?.addPause(pause)
      flown?.addPause(pause)
    },
  }
  try {
    // Until it watches, so that what blocks first is seen too.
    await (copy?.startWatchdog ?? startWatchdog)({ threshold, report, recorder: told }).ready
  } catch (error) {
    // Such as a permission that is missing: the program can do without.
    if (report) console.error(`asyncio-ts: --watchdog is left out: ${error instanceof Error ? error.message : String(error)}`)
  }
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
