/** The worker: runs one program on the real library, and tells what it writes and does. */
import { runningLoops } from "../../../src/core/scheduler.ts"
import { installAgent } from "../../../src/inspect/agent.ts"
import { Recorder } from "../../../src/inspect/recorder.ts"
import { version } from "../../../src/inspect/version.ts"
import { installPrimitiveWords } from "../../../src/sync/primitive-words.ts"
import type { FromWorker, Order, OutputLevel, ToWorker } from "../messages.ts"
import { beginTime, chooseClock, timeNow } from "./chosen-clock.ts"
import { consoleText } from "./console-text.ts"
import { takeEveryLine } from "./every-line.ts"
import { OpenTimers } from "./open-timers.ts"
import { installPlaygroundHost, interrupt } from "./playground-host.ts"
import { ProgramFile } from "./program-file.ts"
import { seenOf } from "./seen.ts"
import { giveSharedBuffers } from "./shared-buffers.ts"

/** What is used of a worker's global, whose types and a page's exclude each other. */
interface Scope {
  postMessage(message: FromWorker): void
  addEventListener(type: "message", listener: (event: MessageEvent<ToWorker>) => void): void
  addEventListener(type: "error", listener: (event: ErrorEvent) => void): void
  addEventListener(type: "unhandledrejection", listener: (event: PromiseRejectionEvent) => void): void
}

/** Seconds between two looks at a program that runs, at least; and how many times as long as a look takes. */
const LOOK = 0.5
const SPARSE = 10
/** So many lines of output are sent; an endless program would drown the page. */
const MOST_LINES = 5000
/** So many letters of a line, and of all lines. */
const LONGEST = 10_000
const MOST_LETTERS = 1_000_000
const EVENTS = 20_000

const scope = globalThis as unknown as Scope
const { setTimeout, clearTimeout } = globalThis
const timers = new OpenTimers()
let file: ProgramFile | undefined
let lines = 0
let letters = 0
let full = false
let stopped = false
let ended = false

function write(level: OutputLevel, text: string, line?: number): void {
  if (full) return
  lines += 1
  const begin = cut(text)
  letters += begin.length
  full = lines > MOST_LINES || letters > MOST_LETTERS
  const told = full ? `More than ${lines > MOST_LINES ? `${MOST_LINES} lines` : `${MOST_LETTERS} letters`}: the rest is not shown.` : (file?.readable(begin) ?? begin)
  scope.postMessage({ kind: "output", level, text: told, time: timeNow(), ...(line === undefined ? {} : { line }) })
}

function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… ${text.length - LONGEST} more letters`
}

function words(values: readonly unknown[]): string {
  return consoleText(values, (error) => file?.shownError(error) ?? String(error))
}

function tellFailure(error: unknown): void {
  const { text, line } = failureOf(error)
  scope.postMessage({ kind: "failed", text: cut(file?.readable(text) ?? text), ...(line === undefined ? {} : { line }) })
}

function failureOf(error: unknown): { text: string; line?: number | undefined } {
  try {
    return { text: error instanceof Error ? words([error]) : `Uncaught ${words([error])}`, line: file?.lineOf(error) }
  } catch {
    // A program can throw what throws again when it is looked at.
    return { text: "Uncaught: what was thrown cannot be shown" }
  }
}

installPlaygroundHost({
  warn: (text) => write("warn", text),
  report: (text, error) => write("error", error === undefined ? text : words([text, error]), file?.lineOf(error)),
})

for (const [name, level] of [["log", "log"], ["info", "log"], ["debug", "log"], ["warn", "warn"], ["error", "error"]] as const) {
  console[name] = (...values: unknown[]) => write(level, words(values))
}

timers.watch(globalThis)
installPrimitiveWords()
installAgent(version, () => ({ pid: 0, node: "", program: file?.name ?? "", takenAt: new Date().toISOString(), uptime: 0 }))
// A worker that closes itself tells nobody.
Object.assign(globalThis, { close: () => scope.postMessage({ kind: "ended" }) })

giveSharedBuffers()

async function run({ code, source, file: name, clock }: Order): Promise<void> {
  const program = new ProgramFile(name, code, source)
  file = program
  chooseClock(clock)
  takeEveryLine()
  beginTime()
  const recorder = new Recorder({ capacity: EVENTS }).start()
  const look = async (): Promise<void> => scope.postMessage({ kind: "seen", seen: await seenOf(recorder, program) })
  let watch = setTimeout(lookAgain, LOOK * 1000)
  async function lookAgain(): Promise<void> {
    const from = performance.now()
    await look()
    if (!ended) watch = setTimeout(lookAgain, Math.max(LOOK * 1000, SPARSE * (performance.now() - from)))
  }
  try {
    await program.run()
  } catch (error) {
    if (stopped && error instanceof Error && error.name === "KeyboardInterrupt") write("warn", "Stopped.")
    else tellFailure(error)
  }
  await allEnded()
  ended = true
  clearTimeout(watch)
  recorder.stop()
  await look()
  scope.postMessage({ kind: "ended" })
}

/** A program need not await its loop; and what is told last is told after its end. */
async function allEnded(): Promise<void> {
  do await new Promise((resolve) => setTimeout(resolve, 10))
  while (runningLoops.size > 0 || (timers.count > 0 && !stopped))
}

scope.addEventListener("error", (event) => {
  event.preventDefault()
  tellFailure(event.error ?? new Error(event.message))
})
scope.addEventListener("unhandledrejection", (event) => {
  event.preventDefault()
  tellFailure(event.reason)
})
scope.addEventListener("message", ({ data }) => {
  if (data.kind === "run") void run(data)
  else {
    stopped = true
    if (!interrupt() && !ended) write("warn", "Stopped.")
  }
})
