/**
 * The events of a recording, to be asked: what a task did before, who woke it, which job it waited for.
 */
import { classOf, type WaitClass } from "./kinds.ts"
import type { RecordedEvent, RecordedJob, RecordedTask, Recording } from "../recording.ts"

/** An event that changes what a task does; a request to cancel does not. */
export type Step = Exclude<RecordedEvent, { kind: "cancel requested" }>
export type Parked = Extract<RecordedEvent, { kind: "parked" }>

/** What made a task go on: an event of the task that did it, the end of a task, or a job's end. */
export type Cause =
  | { readonly kind: "woken"; readonly at: number }
  | { readonly kind: "done"; readonly at: number }
  | { readonly kind: "job"; readonly job: RecordedJob }

const STEPS: ReadonlySet<string> = new Set<Step["kind"]>(["created", "resumed", "ready", "parked", "done"])

/** Seconds that may pass between the end of an awaited task and the wake-up of who awaits it, with nothing to run. */
const DELIVERY = 0.001

/**
 * Invariant: an event is known by its index in `steps`, and indices are in the order of what happened; what
 * has led to a step has a smaller one.
 */
export class History {
  readonly steps: readonly Step[]
  readonly tasks: ReadonlyMap<number, RecordedTask>
  readonly dropped: boolean
  /** The number of each task among `tasks`. */
  readonly #slots: ReadonlyMap<number, number>
  /** The steps of all tasks, one task after the other; those of the task in slot n begin at `#first[n]`. */
  readonly #own: Uint32Array
  readonly #first: Uint32Array
  /** For each step its place in `#own`. */
  readonly #rank: Uint32Array
  /** For each step the wait that it ends or goes on from, plus 1; 0 for none. */
  readonly #waits: Uint32Array
  readonly #jobs: ReadonlyMap<number, readonly RecordedJob[]>
  readonly #workers: ReadonlyMap<number, readonly RecordedJob[]>
  readonly #hostLoops: ReadonlySet<number>
  readonly #lasts = new Map<number, number>()
  /** How many steps before each were followed by a rest of the thread. */
  #rests: Uint32Array | undefined

  constructor({ events, tasks, dropped, pools }: Recording) {
    this.tasks = new Map(tasks.map((task) => [task.id, task]))
    this.#slots = new Map([...this.tasks.keys()].map((id, slot) => [id, slot]))
    // A file may hold what this version does not know, or times that are none.
    this.steps = events.filter((event): event is Step => {
      const { kind, time, task } = event
      return STEPS.has(kind) && Number.isFinite(time) && this.tasks.has(task) && (kind !== "parked" || typeof event.on === "string")
    })
    this.dropped = dropped > 0
    const count = this.steps.length
    const slotOf = Uint32Array.from(this.steps, ({ task }) => this.#slots.get(task) ?? 0)
    this.#first = new Uint32Array(this.#slots.size + 1)
    for (const slot of slotOf) this.#first[slot + 1] = (this.#first[slot + 1] ?? 0) + 1
    for (let slot = 1; slot < this.#first.length; slot += 1) this.#first[slot] = (this.#first[slot] ?? 0) + (this.#first[slot - 1] ?? 0)
    this.#own = new Uint32Array(count)
    this.#rank = new Uint32Array(count)
    this.#waits = new Uint32Array(count)
    const free = this.#first.slice()
    for (let at = 0; at < count; at += 1) {
      const slot = slotOf[at] ?? 0
      const rank = free[slot] ?? 0
      free[slot] = rank + 1
      this.#own[rank] = at
      this.#rank[at] = rank
      if (rank > (this.#first[slot] ?? 0)) this.#waits[at] = this.#waitAfter(this.#own[rank - 1] ?? 0)
      this.#lasts.set(this.tasks.get(this.step(at).task)?.loop ?? 0, this.step(at).time)
    }
    this.#hostLoops = new Set(pools?.loops)
    const ended = (pools?.jobs ?? []).filter((job) => job.begun !== undefined && job.ended !== undefined).sort((a, b) => (a.ended ?? 0) - (b.ended ?? 0))
    this.#jobs = Map.groupBy(ended.filter(({ task }) => task !== undefined), ({ task }) => task ?? 0)
    this.#workers = Map.groupBy(ended.filter(({ worker }) => worker !== undefined), ({ worker }) => worker ?? 0)
  }

  /** The indices of what a task did. */
  of(task: number): Uint32Array {
    const slot = this.#slots.get(task)
    return slot === undefined ? NOTHING : this.#own.subarray(this.#first[slot], this.#first[slot + 1])
  }

  step(at: number): Step {
    const step = this.steps[at]
    if (step === undefined) throw new RangeError(`a recording of ${this.steps.length} steps has none at ${at}`)
    return step
  }

  /** The step of the same task before the one at `at`. */
  previous(at: number): number | undefined {
    return this.#beside(at, -1)
  }

  /** The step of the same task after the one at `at`. */
  next(at: number): number | undefined {
    return this.#beside(at, 1)
  }

  /** What `task` did last before the event at `at`. */
  before(task: number, at: number): number | undefined {
    const own = this.of(task)
    return own[firstNot(own.length, (n) => (own[n] ?? Infinity) < at) - 1]
  }

  /** The end of a task. */
  done(task: number): number | undefined {
    const last = this.of(task).at(-1)
    return last !== undefined && this.step(last).kind === "done" ? last : undefined
  }

  /** When a loop was last heard of. */
  lastOf(loop: number): number {
    return this.#lasts.get(loop) ?? 0
  }

  /** The wait that ended with the wake-up at `at`, or with the step at `at` where no wake-up was told. */
  waitBefore(at: number): number | undefined {
    const wait = this.#waits[at] ?? 0
    return wait === 0 ? undefined : wait - 1
  }

  /** The code that made a task: what its maker did last before. */
  maker(at: number): number | undefined {
    const task = this.tasks.get(this.step(at).task)
    if (task?.parent === undefined || !this.together(task.id, task.parent)) return undefined
    return this.before(task.parent, at)
  }

  /** Why the wait that began at `wait` ended with the step at `at`; undefined for timers and what the host brought. */
  cause(at: number, wait: number): Cause | undefined {
    const step = this.step(at)
    const by = step.kind === "ready" ? step.by : undefined
    if (by !== undefined && by !== step.task && this.together(by, step.task)) {
      const waker = this.before(by, at)
      if (waker !== undefined) return { kind: "woken", at: waker }
    }
    return this.#awaited(at, wait) ?? this.#job(at, wait)
  }

  /** All tasks that the wait at `wait` is for. */
  awaits(wait: number): readonly number[] {
    const found = new Set<number>()
    // Where a task waits on several lines, those that parked in the same turn stand side by side.
    for (let own: number | undefined = wait; own !== undefined; own = this.previous(own)) {
      const step = this.step(own)
      if (step.kind !== "parked") break
      step.awaits?.forEach((task) => found.add(task))
    }
    return [...found]
  }

  /** What the wait at `wait` is, which ended with the step at `end`. */
  classOf(wait: Parked, end: number | undefined): WaitClass {
    const step = end === undefined ? undefined : this.step(end)
    return classOf(wait, step?.kind === "ready" ? step.by : undefined, step?.kind === "ready" || step?.kind === "resumed")
  }

  /** The job that ended last on the worker before `job` began, if it was for that end that it stood in line. */
  jobAhead(job: RecordedJob): RecordedJob | undefined {
    const { begun, queued } = job
    const others = this.#workers.get(job.worker ?? NaN)
    if (others === undefined || begun === undefined) return undefined
    for (let n = firstNot(others.length, (n) => (others[n]?.ended ?? Infinity) <= begun) - 1; n >= 0; n -= 1) {
      const other = others[n]
      if (other === undefined || (other.ended ?? -Infinity) <= queued) return undefined
      if (other !== job && (other.begun ?? Infinity) < begun) return other
    }
    return undefined
  }

  /** What a task did last at `time`, before the step at `at`. */
  beforeTime(task: number, time: number, at: number): number | undefined {
    const own = this.of(task)
    return own[firstNot(own.length, (n) => (own[n] ?? Infinity) < at && this.step(own[n] ?? 0).time <= time) - 1]
  }

  /** Whether two tasks have one clock. */
  together(a: number, b: number): boolean {
    const loop = this.tasks.get(a)?.loop
    return loop !== undefined && loop === this.tasks.get(b)?.loop
  }

  #beside(at: number, by: number): number | undefined {
    const other = this.#own[(this.#rank[at] ?? 0) + by]
    return other === undefined || this.step(other).task !== this.step(at).task ? undefined : other
  }

  /** What goes on after the step at `previous`: its wait plus 1, or 0. */
  #waitAfter(previous: number): number {
    const { kind } = this.step(previous)
    if (kind === "parked") return previous + 1
    return kind === "resumed" || kind === "created" ? 0 : (this.#waits[previous] ?? 0)
  }

  #awaited(at: number, wait: number): Cause | undefined {
    let latest = -1
    let open = false
    const { task } = this.step(at)
    for (const awaited of this.awaits(wait)) {
      const done = this.done(awaited)
      if (!this.together(awaited, task)) continue
      if (done === undefined || done >= at) open = true
      else if (done > wait) latest = Math.max(latest, done)
    }
    if (latest < 0 || (open && this.#rested(latest, at))) return undefined
    return { kind: "done", at: latest }
  }

  /** Whether the thread had nothing to run for a while between two events. */
  #rested(from: number, to: number): boolean {
    const rests = (this.#rests ??= this.#countRests())
    return (rests[to] ?? 0) > (rests[from] ?? 0)
  }

  #countRests(): Uint32Array {
    const rests = new Uint32Array(this.steps.length + 1)
    for (let at = 0; at < this.steps.length; at += 1) {
      const { kind, time } = this.step(at)
      const rested = (kind === "parked" || kind === "done") && (this.steps[at + 1]?.time ?? time) - time > DELIVERY
      rests[at + 1] = (rests[at] ?? 0) + (rested ? 1 : 0)
    }
    return rests
  }

  #job(at: number, wait: number): Cause | undefined {
    const { task, time } = this.step(at)
    const jobs = this.#jobs.get(task)
    if (jobs === undefined || !this.#hostLoops.has(this.tasks.get(task)?.loop ?? 0)) return undefined
    const job = jobs[firstNot(jobs.length, (n) => (jobs[n]?.ended ?? Infinity) <= time) - 1]
    return job === undefined || (job.ended ?? -Infinity) < this.step(wait).time ? undefined : { kind: "job", job }
  }
}

const NOTHING = new Uint32Array()

/** The first of `count` numbers from 0 on of which `holds` is not true; it is true of those before, and of none after. */
function firstNot(count: number, holds: (n: number) => boolean): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(middle)) low = middle + 1
    else high = middle
  }
  return low
}
