/**
 * The pool: a queue of jobs, and workers that come and go with it.
 *
 * No pool of the registry lies under it. piscina 5.3 leaves the jobs behind an aborted one
 * hanging, reports a job as failed whose worker ended after it, and knows neither processes
 * nor a request to end; `npm run bench -- executor-faults` shows each beside this one.
 */
import { LinkedList } from "../../structures/linked-list.ts"
import { RuntimeError } from "../../errors/misuse.ts"
import { host } from "../../host/host.ts"
import { cancellation, type CancelRequest } from "../../core/cancel-request.ts"
import { observer } from "../../core/observer.ts"
import { rememberPool } from "../../core/open-pools.ts"
import type { FromWorker } from "../wire/messages.ts"
import { refusal } from "../wire/uncloneable.ts"
import type { CarrierKind } from "./carrier.ts"
import { hold } from "./hold.ts"
import { KeepAlive } from "./keep-alive.ts"
import { crash, type Job } from "./job.ts"
import type { PoolSettings } from "./pool-settings.ts"
import { Seat, type SeatOwner } from "./seat.ts"

/** How many jobs a pool has seen end, and how. */
export interface PoolCounts {
  done: number
  failed: number
  cancelled: number
  crashes: number
  started: number
  recycled: number
}

/** How many workers in a row may be killed by somebody before they are ready. */
const KILLED_STARTS = 3
const KILLED = "the pool's workers were ended by killWorkers"

/** Answers calls that workers make on the pool's side. */
export type AskHandler = (seat: Seat, message: Extract<FromWorker, { readonly kind: "ask" | "forget" }>) => void

/**
 * Invariants: a job waits in the queue only while no worker is idle; there are never more
 * live workers than `maxWorkers`; once closed no job is taken, and the last worker leaves
 * when the queue is empty.
 */
export class WorkerPool implements SeatOwner {
  readonly kind: CarrierKind
  readonly settings: PoolSettings
  readonly queue = new LinkedList<Job>()
  readonly seats = new Set<Seat>()
  readonly counts: PoolCounts = { done: 0, failed: 0, cancelled: 0, crashes: 0, started: 0, recycled: 0 }
  /** The last to become idle is the first to get work: its caches are warm, and the others may go. */
  readonly #idle: Seat[] = []
  readonly #ask: AskHandler
  /** How many workers could not start, and what the last of them met. */
  readonly notStarted = { count: 0, error: undefined as unknown }
  readonly #watchers = new Set<() => void>()
  readonly #keepAlive = new KeepAlive()
  #killedStarts = 0
  #closed = false
  #killed = false
  #numbered = 0
  #shrinking: NodeJS.Timeout | null = null

  constructor(kind: CarrierKind, settings: PoolSettings, ask: AskHandler) {
    this.kind = kind
    this.settings = settings
    this.#ask = ask
    rememberPool(this)
  }

  get closed(): boolean {
    return this.#closed
  }

  get idle(): number {
    return this.#idle.length
  }

  /** @throws TypeError for what cannot be sent, RuntimeError once closed; nothing was begun then. */
  submit(job: Job): void {
    const { name, retries } = job.plan
    if (this.#closed) throw new RuntimeError(`cannot run '${name}': pool '${this.settings.name}' was shut down; make a new one`)
    if (job.transfer.length > 0 && this.kind.refusesTransfer !== undefined) {
      throw new TypeError(`cannot move an argument of '${name}': ${this.kind.refusesTransfer}`)
    }
    const seat = this.#idle.pop()
    try {
      if (seat === undefined || retries > 0) hold(job, this.kind)
      seat?.run(job)
    } catch (error) {
      const refused = this.#refusal(job, error)
      // Getters of an argument may have given it other jobs meanwhile.
      if (seat?.state === "idle") this.free(seat)
      throw refused
    }
    if (seat !== undefined) return
    this.#enqueue(job)
    this.#grow()
  }

  /** The caller of `job` wants it to end. */
  cancel(job: Job, request: CancelRequest): void {
    if (job.state === "queued") {
      this.queue.remove(job)
      this.counts.cancelled += 1
      this.#settle()
      job.failed(cancellation(request))
    } else {
      job.seat?.cancel(job, request)
    }
  }

  /** Starts workers until there are `count`, however little there is to do. */
  warm(count: number): void {
    for (let live = this.#live(); live < Math.min(count, this.settings.maxWorkers); live += 1) this.#start()
  }

  /** Takes no more jobs. What waits runs, or is cancelled with `cancelQueued`. */
  close(cancelQueued: boolean): void {
    this.#closed = true
    if (cancelQueued) {
      const request = { message: "the executor was shut down", requestedBy: `shutdown of '${this.settings.name}'`, requestedAt: undefined }
      this.#failQueued(() => {
        this.counts.cancelled += 1
        return cancellation(request)
      })
    }
    this.#settle()
  }

  /** Ends every worker where it stands; what runs and what waits fails. */
  kill(): void {
    this.#killed = true
    this.close(true)
    for (const seat of this.seats) seat.kill(KILLED)
  }

  /** Calls `watcher` each time a worker has come or gone, and keeps the program alive until it is called back. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    this.#stay()
    return () => {
      this.#watchers.delete(watcher)
      this.#stay()
    }
  }

  free(seat: Seat): void {
    this.#killedStarts = 0
    if (seat.state === "ending") {
      this.#remove(seat)
      this.#grow()
      return
    }
    if (seat.served >= this.settings.maxTasksPerChild) {
      this.counts.recycled += 1
      seat.retire()
      this.#grow()
      this.#keep()
      return
    }
    this.#next(seat)
    this.#settle()
  }

  gone(seat: Seat, again: Job | null): void {
    this.#remove(seat)
    this.seats.delete(seat)
    if (seat.startKilled && (this.#killedStarts += 1) < KILLED_STARTS) {
      this.#grow()
      this.#keep()
    } else if (seat.startError !== undefined) {
      this.notStarted.count += 1
      this.notStarted.error = seat.startError
      if (this.#live() === 0) this.#failQueued((job) => this.cannotStart(`run '${job.plan.name}'`))
    } else {
      if (again !== null) this.#again(again)
      this.#grow()
      this.#keep()
    }
    this.#settle()
  }

  asked(seat: Seat, message: Extract<FromWorker, { readonly kind: "ask" | "forget" }>): void {
    this.#ask(seat, message)
  }

  /** Gives a free seat the next job, or leaves it idle. */
  #next(seat: Seat): void {
    for (;;) {
      const job = this.queue.first
      if (job === null) break
      this.queue.remove(job)
      try {
        seat.run(job)
        this.#stay()
        return
      } catch (error) {
        job.failed(this.#refusal(job, error))
      }
    }
    this.#idle.push(seat)
    this.#stay()
    this.#shrinkLater()
  }

  #again(job: Job): void {
    if (this.#killed) job.failed(crash(job, `a ${this.kind.noun}`, KILLED, undefined))
    else this.#enqueue(job, true)
  }

  #enqueue(job: Job, first = false): void {
    job.state = "queued"
    job.seat = null
    const behind = first ? [...this.queue] : []
    this.queue.append(job)
    // To the front by moving all others behind it: a job that runs again is rare.
    for (const other of behind) {
      this.queue.remove(other)
      this.queue.append(other)
    }
    this.#stay()
    if (observer !== null) observer.jobQueued(job, host.now())
  }

  #grow(): void {
    let starting = 0
    let live = 0
    for (const { state } of this.seats) {
      if (state === "starting") starting += 1
      if (state !== "ending" && state !== "gone") live += 1
    }
    for (; starting < this.queue.size && live < this.settings.maxWorkers; starting += 1, live += 1) this.#start()
  }

  #keep(): void {
    if (!this.#closed) this.warm(this.settings.minWorkers)
  }

  #start(): void {
    this.#numbered += 1
    this.counts.started += 1
    const seat = new Seat(this, this.kind, `${this.settings.name}-${this.#numbered}`, this.settings)
    this.seats.add(seat)
    for (const watcher of this.#watchers) watcher()
  }

  #live(): number {
    let live = 0
    for (const seat of this.seats) if (seat.live) live += 1
    return live
  }

  #remove(seat: Seat): void {
    const at = this.#idle.indexOf(seat)
    if (at !== -1) this.#idle.splice(at, 1)
  }

  /** Why nobody can `attempt` what needs a worker: the last one could not start. */
  cannotStart(attempt: string): RuntimeError {
    const { error } = this.notStarted
    const why = error instanceof Error ? error.message : String(error)
    return new RuntimeError(`cannot start a ${this.kind.noun} of pool '${this.settings.name}' to ${attempt}: ${why}`, { cause: error })
  }

  /** Those that wait now; telling them may give the pool others, or take some away. */
  #failQueued(why: (job: Job) => unknown): void {
    for (const job of [...this.queue]) {
      if (job.state !== "queued") continue
      this.queue.remove(job)
      job.failed(why(job))
    }
  }

  #refusal(job: Job, error: unknown): unknown {
    const { args, transfer, plan: { name, shape } } = job
    const boundary = this.kind.noun === "process" ? "process" : "thread"
    return refusal(`cannot send ${shape === "each" ? "items" : "the arguments"} of '${name}' to a ${this.kind.noun}`, args, error, { transferList: transfer, boundary })
  }

  /** Lets workers go that a closed pool needs no more, and tells those who watch. */
  #settle(): void {
    if (this.#closed && this.queue.size === 0) {
      for (const seat of this.#idle.splice(0)) seat.retire()
      for (const seat of this.seats) if (seat.state === "starting") seat.kill()
      if (this.#shrinking !== null) clearTimeout(this.#shrinking)
      this.#shrinking = null
    }
    this.#stay()
    for (const watcher of this.#watchers) watcher()
  }

  /** Workers keep the program alive only while they run jobs. */
  #stay(): void {
    this.#keepAlive.set(this.queue.size > 0 || this.#watchers.size > 0)
  }

  #shrinkLater(): void {
    const { idleTimeout, minWorkers } = this.settings
    if (this.#shrinking !== null || idleTimeout === Infinity || this.#live() <= minWorkers) return
    this.#shrinking = this.#after(idleTimeout)
  }

  #after(seconds: number): NodeJS.Timeout {
    // Such a timer keeps no program alive; the host's own timers do.
    return (host.setTimer(Math.max(0, seconds), () => this.#shrink()) as NodeJS.Timeout).unref()
  }

  #shrink(): void {
    this.#shrinking = null
    const { idleTimeout, minWorkers } = this.settings
    const now = host.now()
    let spare = this.#live() - minWorkers
    let soonest = Infinity
    for (const seat of [...this.#idle]) {
      if (spare <= 0) break
      const left = seat.since + idleTimeout - now
      if (left > 0) {
        soonest = Math.min(soonest, left)
        continue
      }
      spare -= 1
      this.#remove(seat)
      seat.retire()
    }
    if (soonest < Infinity) this.#shrinking = this.#after(soonest)
  }
}
