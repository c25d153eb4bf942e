/** The worker of a check: runs what a learner has written on the real library, and judges it as the terminal does. */
import { exerciseCalled } from "../../../src/cli/exercises/course.ts"
import type { CheckResult } from "../../../src/cli/exercises/check-result.ts"
import type { Evidence } from "../../../src/cli/exercises/evidence.ts"
import type { Exercise } from "../../../src/cli/exercises/exercise.ts"
import { errorText } from "../../../src/cli/exercises/judge-program.ts"
import { judgeWork } from "../../../src/cli/exercises/judge-work.ts"
import { Learner, WorkError } from "../../../src/cli/exercises/learner.ts"
import { syntaxText, thrownText } from "../../../src/cli/exercises/loading-text.ts"
import { whileDebugging } from "../../../src/core/debug.ts"
import { runningLoops } from "../../../src/core/scheduler.ts"
import { installAgent } from "../../../src/inspect/agent.ts"
import { columnsOf } from "../../../src/inspect/flight/columns-of.ts"
import { version } from "../../../src/inspect/version.ts"
import type { RecordedEvent, Recording } from "../../../src/inspect/recording.ts"
import { installPrimitiveWords } from "../../../src/sync/primitive-words.ts"
import type { Checked, CheckOrder, FromCheck, Printed } from "../check-messages.ts"
import { BrowserWitness } from "./browser-witness.ts"
import { CheckHost } from "./check-host.ts"
import { watchInBrowser } from "./debugged-awaits.ts"
import { takeEveryLine } from "./every-line.ts"
import { IdleWatch } from "./idle-watch.ts"
import { OpenTimers } from "./open-timers.ts"
import { ProgramFile } from "./program-file.ts"
import { seenIn } from "./seen.ts"
import { giveSharedBuffers } from "./shared-buffers.ts"

/** What is used of a worker's global, whose types and a page's exclude each other. */
interface Scope {
  addEventListener(type: "message", listener: (event: MessageEvent<CheckOrder>) => void, options: { once: true }): void
  addEventListener(type: "error", listener: (event: ErrorEvent) => void): void
  addEventListener(type: "unhandledrejection", listener: (event: PromiseRejectionEvent) => void): void
}

const LOOK_MS = 100
const MOST_PRINTED = 1000
const LONGEST = 1000
const MOST_DETAILS = 500
/** Of the timeline that is sent. */
const MOST_EVENTS = 20_000

const scope = globalThis as unknown as Scope // in a worker it is
const { setInterval } = globalThis
const timers = new OpenTimers()
const files: ProgramFile[] = []
const witness = new BrowserWitness(
  (error) => files[0]?.shownError(error) ?? String(error),
  (line) => files.some((file) => file.owns(line)),
)
const host = new CheckHost((warning) => witness.warn(warning))
let tell: ((message: FromCheck) => void) | undefined
let loading = false
let finished = false

function finish(result: CheckResult, evidence?: Evidence, exercise?: Exercise): void {
  if (finished) return
  finished = true
  const { passed, partly, sentence, details } = result
  const cut: CheckResult = { passed, ...(partly === undefined ? {} : { partly }), sentence: readable(sentence), details: details.slice(0, MOST_DETAILS).map(readable) }
  const printed: Printed[] = exercise?.kind === "program" ? (evidence?.lines ?? []).slice(0, MOST_PRINTED).map(({ text, at }) => ({ text: readable(text), at })) : []
  const [file] = files
  const blind: Checked = { kind: "checked", result: cut, printed }
  if (evidence === undefined || exercise === undefined || file === undefined || !mayBeSeen(exercise, result)) {
    tell?.(blind)
    return
  }
  // The verdict comes also where there is no picture, as of a program that has broken what it takes.
  seenIn(columnsOf(whole(evidence)), file).then((seen) => tell?.({ ...blind, seen }), () => tell?.(blind))
}

/** The last of it, with the end of the program's own task, just before which it ends. */
function whole({ recording, error, seconds }: Evidence): Recording {
  const { tasks, events, dropped } = recording
  const [main] = tasks
  if (main === undefined) return recording
  const ended = events.some((event) => event.kind === "done" && event.task === main.id)
  const all: readonly RecordedEvent[] = ended ? events : [...events, { kind: "done", task: main.id, time: seconds, how: error === undefined ? "returned" : "failed" }]
  const kept = all.slice(-MOST_EVENTS)
  const told = new Set(kept.map(({ task }) => task))
  return { ...recording, tasks: tasks.filter(({ id }) => told.has(id)), events: kept, dropped: dropped + all.length - kept.length }
}

/** What was asked for is not to be read off the timeline. */
function mayBeSeen(exercise: Exercise, { passed, details }: CheckResult): boolean {
  return exercise.kind === "program" || passed || (exercise.kind === "draw" && details.length > 0)
}

/** With the names of files for their addresses. */
function readable(text: string): string {
  return files.reduce((done, file) => file.readable(done), text).slice(0, LONGEST)
}

async function check({ name, files: given, answers, needs }: CheckOrder): Promise<void> {
  const exercise = exerciseCalled(name)
  if (exercise === undefined) throw new Error(`there is no exercise ${name}`)
  let evidence: Evidence | undefined
  const load = async (called: string): Promise<Learner> => {
    const { code = "", source = "", mistake } = given[called] ?? {}
    const file = new ProgramFile(called, code, source)
    files.unshift(file)
    loading = true
    try {
      return new Learner(await file.run(), called)
    } catch (error) {
      throw new WorkError(error instanceof SyntaxError ? syntaxText(called, mistake, error.message) : thrownText(called, file.lineOf(error), error), { cause: error })
    } finally {
      loading = false
    }
  }
  const result = await judgeWork(exercise, { answers: () => answers, load, unmeasured: (program) => needs[program] }, witness, (seen) => (evidence = seen))
  finish(result, evidence, exercise)
}

/** Tells again and again that the worker lives, and the program when nothing can happen any more. */
function watchIdle(): void {
  const watch = new IdleWatch()
  setInterval(() => {
    tell?.({ kind: "alive" })
    if (!watch.look(runningLoops, timers.count + host.openTimers)) return
    if (loading) finish({ passed: false, sentence: "the program stopped in the midst: it waits for a promise that nothing will ever settle, such as one that is awaited while the file is loaded", details: [] })
    else host.tellQuiet()
  }, LOOK_MS)
}

function crashed(error: unknown): void {
  finish({ passed: false, sentence: `the program crashed: ${shown(error)}`, details: [] })
}

function shown(error: unknown): string {
  try {
    return errorText(error)
  } catch {
    // A program can throw what throws again when it is looked at.
    return "what was thrown cannot be shown"
  }
}

// Before the check listens, and after it has judged, nobody reads what is printed.
for (const name of ["log", "info", "debug", "warn", "error"] as const) console[name] = () => undefined
host.install()
whileDebugging(watchInBrowser)
installPrimitiveWords()
installAgent(version, () => ({ pid: 0, node: "", program: "work.ts", takenAt: new Date().toISOString(), uptime: 0 }))
takeEveryLine()
giveSharedBuffers()
// A worker that closes itself tells nobody.
Object.assign(globalThis, { close: () => finish({ passed: false, sentence: "the program called close: leave it to return", details: [] }) })
scope.addEventListener("error", (event) => {
  event.preventDefault()
  crashed(event.error ?? event.message)
})
scope.addEventListener("unhandledrejection", (event) => {
  event.preventDefault()
  crashed(event.reason)
})
// Once, and taken before the program is there: it finds no end of this channel.
scope.addEventListener("message", ({ data, ports: [port] }) => {
  if (port === undefined) return
  tell = port.postMessage.bind(port)
  // Before the program can keep the worker from it.
  tell({ kind: "alive" })
  watchIdle()
  timers.watch(globalThis)
  check(data).catch(crashed)
}, { once: true })
