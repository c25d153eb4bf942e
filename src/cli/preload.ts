/**
 * Loaded into the process of a program, before it: records what its tasks do, turns debug
 * mode on, and makes Ctrl-C an orderly end.
 */
import { writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { pathToFileURL } from "node:url"

import type { EventLoop } from "../core/event-loop.ts"
import { Recorder } from "../inspect/recorder.ts"
import { DEBUG, RECORDING } from "./settings.ts"

const INTERRUPTED = 130

const { [RECORDING]: file, [DEBUG]: debug } = process.env
// What the program starts in turn is no business of ours.
delete process.env[RECORDING]
delete process.env[DEBUG]

endQuietly()
if (file !== undefined) await record(file)
if (debug !== undefined) await debugEveryLoop()

/** Ctrl-C that the program does not handle is no crash: no stack, and the exit code of a shell. */
function endQuietly(): void {
  process.on("uncaughtExceptionMonitor", (error) => {
    if (error.name === "KeyboardInterrupt" && process.listenerCount("uncaughtException") === 0) process.exit(INTERRUPTED)
  })
}

/** Writes what the tasks did to `file` when the process ends, in whichever way it can be seen to. */
async function record(file: string): Promise<void> {
  const copy = await programs<{ Recorder: typeof Recorder }>("asyncio-ts/inspect")
  const recorder = new (copy?.Recorder ?? Recorder)().start()
  const save = (): void => {
    recorder.stop()
    writeFileSync(file, JSON.stringify(recorder.recording()))
  }
  process.on("exit", save)

  // A signal that nobody handles ends a process without "exit", also one that it sends to itself.
  const { kill } = process
  process.kill = (pid, signal) => {
    if (pid === process.pid && signal !== 0) save()
    return kill.call(process, pid, signal)
  }
  const terminate = (): void => {
    if (process.listenerCount("SIGTERM") > 1) return
    process.off("SIGTERM", terminate)
    process.kill(process.pid, "SIGTERM")
  }
  process.on("SIGTERM", terminate)
}

async function debugEveryLoop(): Promise<void> {
  const copy = await programs<{ EventLoop: typeof EventLoop }>("asyncio-ts")
  if (copy === undefined) return
  const { prototype } = copy.EventLoop
  const { runForever } = prototype
  prototype.runForever = function (this: EventLoop): Promise<void> {
    this.setDebug(true)
    return runForever.call(this)
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
