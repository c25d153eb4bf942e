/**
 * Keeps the last events of every task: a flight recorder.
 *
 * Long: an event that is told is written down at once, within a few nanoseconds, so what is told
 * and how it is written stand in one file.
 */
import { checkInteger } from "../structures/arguments.ts"
import type { CancelRequest } from "../core/cancel-request.ts"
import { SystemClock } from "../core/clock.ts"
import { Future, numberOf } from "../core/future.ts"
import { foreignWait, tap, type Asked, type CallbackInfo, type JobEnd, type JobInfo, type Tap, type TaskEnd, type TaskInfo, type WaitInfo, type WorkerEnd, type WorkerInfo } from "../core/observer.ts"
import { runningLoops, type Scheduler } from "../core/scheduler.ts"
import { givenName, type Task } from "../core/task.ts"
import { reasonOf } from "../core/wait-reason.ts"
import type { Wait } from "../core/wait.ts"
import { watchedBy } from "../core/watching-future.ts"
import { DeadlockError } from "../errors/misuse.ts"
import { host } from "../host/host.ts"
import type { RecordingColumns } from "./flight/recording-columns.ts"
import { recordingOf } from "./flight/recording-of.ts"
import { liveTasks, type LiveTask, type Run } from "./live-tasks.ts"
import { PoolRecorder } from "./pool-recorder.ts"
import { textOf } from "./reason-text.ts"
import { ASKED, AWAITS, BY, CALLED, Cells, DETAIL, ENDED, ENDS, KIND_BITS, LOOP, MADE, NAME, PLACE, RAN, READY_AT_ONCE, RETURNED, RUNS, SINCE, TEXT, TIME, TWO_32, WAIT_BITS, WAITS, WHO, WOKEN } from "./recorder-cells.ts"
import { columnsFrom } from "./recorder-columns.ts"
import { RecorderPlaces } from "./recorder-places.ts"
import { RecorderTexts } from "./recorder-texts.ts"
import type { RecordedPause, Recording } from "./recording.ts"

/** Cells of eight bytes: 8 MiB. An event takes two to five of them. */
const CELLS = 2 ** 20
const FEWEST_CELLS = 2 ** 8
const CELLS_OF_AN_EVENT = 8
/** A job is queued, begun and ended, and names its worker. */
const EVENTS_OF_A_JOB = 4
/** For how many jobs that have ended there is room by default. */
const JOBS = 16_384
const PAUSES = 1024

/** Seconds between two looks at the clock, on average: a look takes 50 ns and more, and a busy loop has an event each 100 ns. */
const BETWEEN_LOOKS = 5e-5
const MOST_EVENTS_BETWEEN = 256
/** A time that stays the same is written again after so many looks, so that the ring never lacks it for long. */
const LOOKS_UNTIL_AGAIN = 64
/** What exactly a task waits for takes some 200 ns to ask: so often in a second; and so many may be saved up, since a program that only switches is told of slowly until they are used. */
const DETAILS_A_SECOND = 10_000
const MOST_DETAILS = 4_000
/** A task may await a gather of a hundred thousand others. */
const MOST_AWAITED = 256
/** In ticks: a wait as long as this is told once more as it ends, since the ring may not reach back to its beginning. */
const LONG_WAIT = 1000
const IN_A_SECOND = 1e9
/** At so many loops those that are gone are looked for. */
const MANY_LOOPS = 64

/** A wait, as far as it is looked at: an operation has a name, what waits for a future has that. */
type Waiting = Wait & { readonly name?: string; readonly future?: Future<unknown> }

/** Whom a recorder tells at once, in the midst of the program's own work. */
export interface Alarms {
  /** An exception that nobody handled has come to a loop's exception handler. */
  failed?(): void
  /** A task ends with a `DeadlockError`. */
  deadlocked?(): void
  /** A step of the loop took longer than `late` seconds. */
  late?(seconds: number): void
}

/** How much a `Recorder` keeps. */
export interface RecorderOptions {
  /**
   * How many events to keep; the oldest make room for new ones. By default as many as fit 8 MiB:
   * 200,000 to 500,000. A worker's job counts as four.
   */
  readonly capacity?: number
  /**
   * Whether the clock is looked at for each event, which takes some 40 ns; true by default. Else several events
   * share a look while steps are short, and a long step among short ones may be told at another's place.
   */
  readonly exact?: boolean
}

/**
 * Records what every task of the process does, and every worker of its pools, from `start` to `stop`.
 *
 * Memory is bounded: of what happened only the last is kept, and how much was dropped is told.
 * It changes nothing of what it records.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { Recorder, timelineOf } from "asyncio-ts/inspect"
 *
 * const recorder = new Recorder().start()
 * await asyncio.run(() => asyncio.sleep(0.01), { name: "nap" })
 * recorder.stop()
 *
 * const [task] = timelineOf(recorder.recording()).tasks
 * console.log(task?.name, task?.end) // -> nap returned
 * ```
 */
export class Recorder implements Tap {
  /** @internal */
  readonly withoutLines = true
  readonly #most: number
  readonly #everyTime: boolean
  readonly #words: Uint32Array
  readonly #mask: number
  /** The word that is written next. */
  #at = 0
  /** How many events there were. */
  #count = 0
  #lostTexts = 0
  #lostEdges = 0
  #latestTask = 0

  // When: the loop whose time was told last, and that time.
  #loop: object | null = null
  #loopNumber = 0
  #time = NaN
  #wall = NaN
  /** @internal How many more events may share that time; 0 once it is old. */
  spare = 0
  /** It is old because the loop rested, and not after so many events. */
  #rested = false
  #between = 1
  /** Its clock is not the host's, so it is looked at each time. */
  #exact = false
  #again = 0

  /** The tasks whose run is written down and not yet its end: but the last one, those that let an eager task of theirs go first. */
  readonly #told: number[] = []
  /** The last of them; -1 for none. Where looks are rare a run is not written down: most often the task parks next, and one cell tells both. */
  #running = -1
  /** The task that ended last: what it leaves behind ends within its turn. */
  #ended = -1
  /** How many times it was so, without details; and how many times it was ready as it parked. */
  #steps = 0
  #readySteps = 0
  /** What was awaited in such a step last, and the cell of it; empty while a run is written down, whose end is one as well. */
  #stepOn = ""
  #stepCell = 0
  #details = MOST_DETAILS
  readonly #texts = new RecorderTexts()
  readonly #places = new RecorderPlaces(this.#texts)
  /** Not the loops themselves, which may hold much. */
  readonly #loops = new Map<number, WeakRef<Scheduler>>()
  #manyLoops = MANY_LOOPS
  readonly #numbers = new WeakMap<object, number>()
  #loopCount = 0
  readonly #pools: PoolRecorder
  readonly #pausesOfHost: RecordedPause[] = []
  #alarms: Alarms | null = null
  #late = Infinity
  #leave: (() => void) | null = null

  /** @throws RangeError for a capacity below 1. */
  constructor(options: RecorderOptions = {}) {
    const { capacity, exact = true } = options
    if (capacity !== undefined) checkInteger(capacity, "the capacity of a Recorder", 1)
    const cells = capacity === undefined ? CELLS : 2 ** Math.ceil(Math.log2(Math.max(FEWEST_CELLS, capacity * CELLS_OF_AN_EVENT)))
    this.#most = capacity ?? Infinity
    // Whose turn it is shows only where the host follows it.
    this.#everyTime = exact || !host.followsAwait
    this.#words = new Uint32Array(cells * 2)
    this.#mask = cells * 2 - 1
    this.#pools = new PoolRecorder(capacity === undefined ? JOBS : Math.ceil(capacity / EVENTS_OF_A_JOB), (loop) => this.#numberOf(loop as Scheduler)) // jobs are told of with their loop
  }

  /** Begins to record, or goes on; gives this recorder. */
  start(): this {
    if (this.#leave !== null) return this
    // What happened since it was stopped is not known, and neither are the time, and who runs.
    this.#loop = null
    this.spare = 0
    this.#between = 1
    this.#running = -1
    this.#told.length = 0
    for (const loop of this.#loops.values()) loop.deref()?.chores.push(this.#places.tidy)
    this.#leave = tap(this)
    return this
  }

  /** Stops recording; what was recorded stays. */
  stop(): void {
    this.#leave?.()
    this.#leave = null
    for (const loop of this.#loops.values()) {
      const chores = loop.deref()?.chores
      const at = chores?.indexOf(this.#places.tidy) ?? -1
      if (at >= 0) chores?.splice(at, 1)
    }
  }

  /** How many events had to make room for later ones. */
  get dropped(): number {
    return this.#columns().dropped
  }

  /** Adds a stretch in which the thread could not serve its loops, such as a collection of garbage. */
  addPause(pause: RecordedPause): void {
    this.#pausesOfHost.push(pause)
    if (this.#pausesOfHost.length > PAUSES) this.#pausesOfHost.shift()
  }

  /**
   * Has somebody told when something goes wrong; null for nobody.
   *
   * @param late - how many seconds a step of a loop may take
   */
  alarm(alarms: Alarms | null, late = Infinity): void {
    this.#alarms = alarms
    this.#late = alarms === null ? Infinity : late
  }

  /** What was recorded so far, as plain data. */
  recording(): Recording {
    return recordingOf(this.#columns())
  }

  /**
   * The same as columns of numbers, without an object for each event, as `writeColumns` takes them.
   *
   * @param reason - why it is written down, such as `asked`
   */
  columns(reason?: string): RecordingColumns {
    const taken = host.now()
    return { ...this.#columns(), version: 1, reason, taken, epoch: Date.now() / 1000 - taken }
  }

  #columns(): RecordingColumns {
    const live = new Map<number, LiveTask[]>()
    let latestTask = this.#latestTask
    for (const [number, loop] of this.#loops) {
      const known = loop.deref()
      if (known === undefined) continue
      const tasks = liveTasks(known)
      for (const { id } of tasks) latestTask = Math.max(latestTask, id)
      live.set(number, tasks)
    }
    const pools = this.#pools.recorded()
    return {
      ...columnsFrom({
        cells: new Cells(this.#words, this.#at),
        count: this.#count + 2 * this.#steps + 3 * this.#readySteps,
        most: this.#most,
        loop: this.#loopNumber,
        time: this.#time,
        lost: { texts: this.#lostTexts + this.#steps + this.#readySteps, edges: this.#lostEdges },
        latestTask,
        text: (number) => this.#texts.at(number),
        place: (number) => this.#places.at(number),
        timeOf: (loop, tick) => this.#loops.get(loop)?.deref()?.timeOf(tick),
        live,
        all: this.#leave !== null,
        pauses: this.#pausesOfHost,
      }),
      ...(pools === undefined ? {} : { pools }),
    }
  }

  // What follows is told in the midst of the program's own work. Nobody catches what it throws.

  taskCreated(task: TaskInfo): void {
    try {
      const run = task as Run // what a loop tells of is the run of a task
      if (run.id > this.#latestTask) this.#latestTask = run.id
      this.#look(run.loop)
      this.#event(run.id, MADE | (this.#texts.of(run.name) << KIND_BITS))
      this.#describe(run, task.begun)
    } catch (error) {
      this.#fail(error)
    }
  }

  // The next two are called for each switch of tasks, which takes a quarter of a microsecond in all.

  taskResumed(task: TaskInfo): void {
    if (this.spare <= 0 || isEager(task as Run)) this.#resumed(task as Run) // what a loop tells of is the run of a task
  }

  taskParked(task: TaskInfo, on: Asked): void {
    const wait = on as Waiting // only waits are parked on, and `foreignWait`
    // A loop that has stopped may have tasks whose code goes on.
    if (this.spare > 0 && wait.name === this.#stepOn && wait.awaitedAt === null && (task as Run).loop === this.#loop) {
      const at = this.#at
      const words = this.#words
      words[at] = task.id
      if (wait.state === "pending") {
        words[at + 1] = this.#stepCell
        this.#steps += 1
      } else {
        words[at + 1] = this.#stepCell | (READY_AT_ONCE << KIND_BITS)
        this.#readySteps += 1
      }
      this.#at = (at + 2) & this.#mask
      this.spare -= 1
    } else {
      this.#parked(task, on)
    }
  }

  /** It may await something foreign, and its maker goes on. */
  taskHandsBack(task: TaskInfo): void {
    this.#runEnds(task.id)
  }

  /** With one loop whatever comes next is of that one, and now there may be two. */
  started(): void {
    this.spare = 0
  }

  rested(worked: boolean): void {
    try {
      // Else a long step just before the rest would be taken for a part of it.
      if (worked && this.#between > 1 && !this.#rested && this.#late < Infinity) this.#tellLate(host.now() - this.#wall)
    } catch (error) {
      this.#fail(error)
    }
    this.spare = 0
    this.#rested = true
    this.#running = -1
    if (this.#told.length > 0) this.#told.length = 0
  }

  #resumed(run: Run): void {
    try {
      if (run.id > this.#latestTask) this.#latestTask = run.id
      this.#read(run.loop)
      if (this.#between === 1 || isEager(run)) this.#tellRun(run.id)
    } catch (error) {
      this.#fail(error)
    }
  }

  #tellRun(id: number): void {
    if (this.#running !== -1) this.#told.push(this.#running)
    this.#running = id
    this.#stepOn = ""
    this.#event(id, RUNS)
  }

  #runEnds(id: number): void {
    if (id === this.#running) this.#running = this.#told.pop() ?? -1
  }

  #parked(task: TaskInfo, on: Asked): void {
    try {
      this.#look((task as Run).loop)
      const wait = on as Waiting
      const { future } = wait
      let info: WaitInfo | undefined
      if (this.#details >= 1) {
        this.#details -= 1
        info = on.info()
      } else {
        this.#lostTexts += 1
      }
      const kind = info?.kind ?? (future === undefined ? wait.name : future[Symbol.toStringTag]) ?? "promise"
      const ready = wait.state === "pending" || on === foreignWait ? 0 : READY_AT_ONCE
      this.#runEnds(task.id)
      this.#count += ready
      this.#event(task.id, WAITS | (ready << KIND_BITS) | (this.#texts.of(kind) << (KIND_BITS + WAIT_BITS)))
      if (wait.awaitedAt !== null && on !== foreignWait) this.#cell(this.#places.add(wait.awaitedAt), PLACE)
      if (future !== undefined) this.#edges(wait, future)
      else if (this.#details < 1 && kind === wait.name) this.#remember(kind)
      if (info === undefined) return
      if (info.detail !== undefined) this.#text(info.detail, DETAIL)
      if (watchedBy.has(on)) this.#awaited(reasonOf(wait).awaits)
    } catch (error) {
      this.#fail(error)
    }
  }

  /** What is awaited by an operation that is met in a hot loop most often is so the next time. */
  #remember(kind: string): void {
    if (this.#running !== -1) return
    this.#stepOn = kind
    this.#stepCell = WAITS | (RAN << KIND_BITS) | (this.#texts.of(kind) << (KIND_BITS + WAIT_BITS))
  }

  taskWoken(task: TaskInfo, by: TaskInfo | undefined, from: Asked): void {
    try {
      const wait = from as Wait // only waits are woken
      const { loop } = task as Run
      this.#look(loop)
      this.#event(task.id, WOKEN)
      if (by !== undefined) this.#cell(by.id, BY)
      if (loop.ticks - wait.since > LONG_WAIT) this.#cell(wait.since, SINCE | (this.#texts.of(wait.info().kind) << KIND_BITS))
    } catch (error) {
      this.#fail(error)
    }
  }

  cancelRequested(task: TaskInfo, { requestedBy, message }: CancelRequest): void {
    try {
      this.#look((task as Run).loop)
      this.#event(task.id, ASKED)
      if (requestedBy !== undefined) this.#text(requestedBy, WHO)
      if (message !== undefined && message !== null) this.#text(textOf(message), DETAIL)
    } catch (error) {
      this.#fail(error)
    }
  }

  taskDone(task: TaskInfo, how: TaskEnd, reason?: unknown): void {
    try {
      const run = task as Run
      if (run.id > this.#latestTask) this.#latestTask = run.id
      this.#look(run.loop)
      this.#runEnds(run.id)
      this.#ended = run.id
      this.#event(run.id, ENDED | (ENDS.indexOf(how) << KIND_BITS) | (this.#texts.of(run.name) << (KIND_BITS + 2)))
      this.#describe(run, (run.frame as object) !== run)
      if (reason !== undefined) this.#text(textOf(reason), DETAIL)
      if (how === "failed" && this.#alarms !== null && reason instanceof DeadlockError) this.#alarms.deadlocked?.()
    } catch (error) {
      this.#fail(error)
    }
  }

  failureTold(exception: unknown): void {
    // Without one it is a remark, such as that a coroutine was never awaited.
    if (exception !== undefined) this.#alarms?.failed?.()
  }

  handleBegun(name: string, { loop }: CallbackInfo): void {
    try {
      this.#look(loop as Scheduler) // callbacks are of a loop
      this.#event(0, CALLED | (this.#texts.of(name) << KIND_BITS))
    } catch (error) {
      this.#fail(error)
    }
  }

  handleDone(_name: string, { loop }: CallbackInfo): void {
    try {
      this.#look(loop as Scheduler)
      this.#cell(0, RETURNED)
    } catch (error) {
      this.#fail(error)
    }
  }

  workerStarted(worker: WorkerInfo, time: number): void {
    this.#pools.workerStarted(worker, time)
  }

  workerReady(worker: WorkerInfo, time: number): void {
    this.#pools.workerReady(worker, time)
  }

  workerGone(worker: WorkerInfo, how: WorkerEnd, time: number): void {
    this.#pools.workerGone(worker, how, time)
  }

  jobQueued(job: JobInfo, time: number): void {
    this.#pools.jobQueued(job, time)
  }

  jobBegun(job: JobInfo, worker: WorkerInfo, time: number): void {
    this.#pools.jobBegun(job, worker, time)
  }

  jobEnded(job: JobInfo, how: JobEnd, time: number, reason?: unknown): void {
    this.#pools.jobEnded(job, how, time, reason)
  }

  coroutineMade(): void {}
  futureMade(): void {}
  callbackMade(): void {}
  lineParked(): void {}
  lineResumed(): void {}
  bodyEnded(): void {}

  /** Makes sure that the time is known, closely enough. */
  #look(loop: Scheduler): void {
    if (this.#between > 1) {
      // Only tasks own turns.
      const runs = (loop.turn?.owner as TaskInfo | null | undefined)?.id
      if (runs !== undefined && runs !== this.#running && runs !== this.#ended && !this.#told.includes(runs)) this.#tellRun(runs)
    }
    if (loop === this.#loop && this.spare > 0) this.spare -= 1
    else this.#read(loop)
  }

  #read(loop: Scheduler): void {
    const now = loop.clock.time()
    // Then the time that passed is not that of so many events.
    const waited = this.#rested || loop !== this.#loop
    this.#rested = false
    if (loop !== this.#loop) this.#change(loop)
    const wall = this.#exact ? host.now() : now
    const since = wall - this.#wall
    this.#wall = wall
    if (since > 0) this.#details = Math.min(MOST_DETAILS, this.#details + since * DETAILS_A_SECOND)
    // The next step is told in full.
    if (this.#details >= 1) this.#stepOn = ""
    if (!waited) this.#tellLate(since)
    // With one loop whatever comes next is of this one.
    if (this.#exact || this.#everyTime || runningLoops.size > 1) this.#between = 1
    else if (!waited) this.#adapt(since)
    this.spare = this.#between - 1
    this.#again -= 1
    if (now === this.#time && this.#again > 0) return
    this.#time = now
    this.#again = LOOKS_UNTIL_AGAIN
    // A text that is in use may get another number.
    if (this.#stepOn !== "") this.#remember(this.#stepOn)
    const nanoseconds = Math.round(now * IN_A_SECOND)
    // The shift takes the lower 32 bits; a remainder would take thirty times as long.
    this.#cell(nanoseconds >>> 0, TIME | (Math.floor(nanoseconds / TWO_32) << KIND_BITS))
  }

  #tellLate(seconds: number): void {
    if (seconds > this.#late) this.#alarms?.late?.(seconds)
  }

  /** `#between` events took so many seconds. */
  #adapt(seconds: number): void {
    const wanted = seconds > 0 ? (this.#between * BETWEEN_LOOKS) / seconds : MOST_EVENTS_BETWEEN
    // At once when it gets slower, for a long step must not hide among short ones.
    // The engine keeps small whole numbers in place, but only if it sees that they are.
    this.#between = Math.max(1, Math.min(wanted, this.#between * 4, MOST_EVENTS_BETWEEN) | 0)
  }

  #change(loop: Scheduler): void {
    const before = this.#loopNumber
    this.#loopNumber = this.#numberOf(loop)
    this.#loop = loop
    this.#exact = !(loop.clock instanceof SystemClock)
    this.#time = NaN
    this.#cell(this.#loopNumber, LOOP | ((before === 0 ? this.#loopNumber : before) << KIND_BITS))
  }

  #numberOf(loop: Scheduler): number {
    const known = this.#numbers.get(loop)
    if (known !== undefined) return known
    this.#loopCount += 1
    this.#numbers.set(loop, this.#loopCount)
    if (this.#loops.size >= this.#manyLoops) this.#forgetLoops()
    this.#loops.set(this.#loopCount, new WeakRef(loop))
    if (this.#leave !== null) loop.chores.push(this.#places.tidy)
    return this.#loopCount
  }

  #forgetLoops(): void {
    for (const [number, loop] of this.#loops) if (loop.deref() === undefined) this.#loops.delete(number)
    this.#manyLoops = Math.max(MANY_LOOPS, this.#loops.size * 2)
  }

  #event(value: number, word: number): void {
    this.#count += 1
    this.#cell(value, word)
  }

  #cell(value: number, word: number): void {
    const at = this.#at
    const words = this.#words
    words[at] = value
    words[at + 1] = word
    this.#at = (at + 2) & this.#mask
  }

  #text(text: string, what: number): void {
    this.#cell(this.#texts.of(text), TEXT | (what << KIND_BITS))
  }

  /** What is told of a task when it is made and when it is done: one of the two is as late as any event of its. */
  #describe(run: Run, leftBehind: boolean): void {
    if (run.maker !== 0 || leftBehind) this.#cell(run.maker, BY | (Number(leftBehind) << KIND_BITS))
    const name = (run as unknown as { task: Task<unknown> }).task[givenName] // the run of a task has it
    // One that nobody gave is made when somebody asks, and need not be kept.
    if (name !== undefined && !(name.startsWith("Task-") && name === `Task-${run.id}`)) this.#text(name, NAME)
  }

  #edges(wait: Waiting, future: Future<unknown>): void {
    const task = future[numberOf]
    if (task !== undefined && task > 0) this.#cell(task, AWAITS)
    else if (future.constructor !== Future) this.#awaited(reasonOf(wait).awaits)
  }

  #awaited(tasks: readonly number[] | undefined): void {
    if (tasks === undefined) return
    const count = Math.min(tasks.length, MOST_AWAITED)
    for (let at = 0; at < count; at += 1) this.#cell(tasks[at] ?? 0, AWAITS)
    this.#lostEdges += tasks.length - count
  }

  /** It changes nothing of what it records, not even by an error of its own. */
  #fail(error: unknown): void {
    this.stop()
    try {
      host.report("A recorder threw and was taken off:", error)
    } catch {
      // Even the console fails: nobody is left to tell.
    }
  }
}

/** Its first step runs within its maker's turn, so that nothing else will tell of it. */
function isEager(run: Run): boolean {
  return run.loop.turn?.owner !== run
}
