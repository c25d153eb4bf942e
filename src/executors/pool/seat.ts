/**
 * A worker's place in its pool: starts it, gives it one job at a time, ends it.
 */
import { describe } from "../../structures/arguments.ts"
import { atRoot } from "../../host/node.ts"
import { host } from "../../host/host.ts"
import { CancelledError } from "../../errors/cancelled-error.ts"
import { cancellation, type CancelRequest } from "../../core/cancel-request.ts"
import { observer } from "../../core/observer.ts"
import type { FromWorker } from "../wire/messages.ts"
import { decodeError } from "../wire/wire-error.ts"
import { Unreadable, type Carrier, type CarrierEvents, type CarrierKind, type WorkerEnd } from "./carrier.ts"
import { crash, type Job } from "./job.ts"
import type { PoolSettings } from "./pool-settings.ts"

/** What a seat tells its pool. */
export interface SeatOwner {
  readonly counts: { done: number; failed: number; cancelled: number; crashes: number }
  /** It can take its next job: it has just begun, or has done one. */
  free(seat: Seat): void
  /** Its worker is gone; `job` is what it ran and is to run again. */
  gone(seat: Seat, job: Job | null): void
  /** A call that its worker wants made on the pool's side. */
  asked(seat: Seat, message: Extract<FromWorker, { readonly kind: "ask" | "forget" }>): void
}

/** Seconds that a worker gets to leave when it has nothing to do. */
const LEAVE = 5

/** In place of a worker that could not even be started. */
const NONE: Carrier = { label: "a worker that did not start", post() {}, kill() {}, hold() {} }

/**
 * Invariants: it has a job exactly while "busy", or while it dies under one; the worker keeps
 * the program alive exactly while a job runs in it whose end somebody waits for, or sees to;
 * `gone` is told once.
 */
export class Seat implements CarrierEvents {
  readonly #owner: SeatOwner
  readonly #carrier: Carrier
  /** What its pool is called. */
  readonly pool: string
  state: "starting" | "idle" | "busy" | "ending" | "gone" = "starting"
  job: Job | null = null
  /** Called once each when the job that runs is over here, however: it may still run again elsewhere. */
  readonly over = new Set<() => void>()
  /** How many jobs it has done. */
  served = 0
  /** When its state began, in seconds of the host's clock. */
  since = host.now()
  /** Why it never came to its first job. */
  startError: unknown = undefined
  /** Whether somebody ended it before it was ready: that is nothing that it met by itself. */
  startKilled = false
  #timer: unknown = null
  #killedBy: string | undefined = undefined

  constructor(owner: SeatOwner, kind: CarrierKind, name: string, settings: PoolSettings) {
    this.#owner = owner
    this.pool = settings.name
    this.#carrier = this.#start(kind, name, settings)
    this.#carrier.hold(false)
    if (observer !== null) observer.workerStarted(this, this.since)
  }

  /** Options may be refused at once; whoever asked for a worker hears of it as of any that dies. */
  #start(kind: CarrierKind, name: string, settings: PoolSettings): Carrier {
    try {
      return atRoot(() => kind.start(name, settings, this))
    } catch (error) {
      host.macrotask(() => this.exited({ code: null, signal: null, error }))
      return NONE
    }
  }

  get label(): string {
    return this.#carrier.label
  }

  /** Whether it can still do a job, now or later. */
  get live(): boolean {
    return this.state === "starting" || this.state === "idle" || this.state === "busy"
  }

  /** @throws DataCloneError if an argument cannot be cloned; it is idle then. */
  run(job: Job): void {
    const { plan } = job
    const { work, name, shape, context } = plan
    this.#carrier.post({ kind: "run", id: job.id, work, args: job.args, name, shape, progress: job.wantsProgress, context }, job.transfer)
    if (plan.retries === 0) job.letGo()
    job.state = "running"
    job.seat = this
    job.begun = host.now()
    this.job = job
    this.#enter("busy")
    if (observer !== null) observer.jobBegun(job, this, job.begun)
    this.#carrier.hold(true)
  }

  /** Asks the job that runs to end, and sees to it if its caller wants that. */
  cancel(job: Job, request: CancelRequest): void {
    if (job.request !== null) return
    job.request = request
    this.tell({ kind: "cancel", id: job.id, reason: sendable(request.message), requestedBy: request.requestedBy })
    const { cancel, grace } = job.plan
    if (cancel === "wait") return
    if (cancel === "terminate" && grace !== Infinity) this.#timer = host.setTimer(Math.max(0, grace), () => this.kill())
    else this.#carrier.hold(false) // nobody hears of its end, and nobody sees to it
  }

  /** Tells the job that runs something. */
  tell(message: Parameters<Carrier["post"]>[0]): void {
    if (this.state !== "busy") return
    this.#carrier.post(message, [])
  }

  hold(held: boolean): void {
    this.#carrier.hold(held)
  }

  /** Lets an idle worker go. */
  retire(): void {
    if (this.state !== "idle") return
    this.#enter("ending")
    this.#carrier.post({ kind: "end" }, [])
    this.#later(() => this.kill())
  }

  /** Node cannot end a thread that is inside a system call, nor some loops; nobody is to wait for that. */
  #giveUpLater(): void {
    this.#later(() => {
      this.#carrier.hold(false)
      this.exited({ code: null, signal: null, error: new Error(`Node could not end it within ${LEAVE} s, and it goes on`) })
    })
  }

  #later(then: () => void): void {
    this.#stopTimer()
    const timer = host.setTimer(LEAVE, then) as NodeJS.Timeout // what Node's timers are
    this.#timer = timer.unref()
  }

  /**
   * Ends the worker where it stands.
   *
   * @param why - for whoever waits for the job that it runs
   */
  kill(why?: string): void {
    if (this.state === "ending") {
      this.#carrier.kill()
      this.#giveUpLater()
    }
    if (!this.live) return
    this.#killedBy = why
    this.#stopTimer()
    this.#enter("ending")
    this.#carrier.kill()
    this.#giveUpLater()
    this.#owner.free(this) // it is of no use any more: another may take its place already
  }

  /** @param message - nothing known, where a job has written to its port or pipe itself */
  message(message: FromWorker | null): void {
    switch (message?.kind) {
      case "ready":
        if (this.state !== "starting") break
        if (observer !== null) observer.workerReady(this, host.now())
        this.#free()
        break
      case "returned":
        this.#done(message.id, "done")?.returned(message.value)
        break
      case "failed":
        if (this.state === "starting") this.startError = decodeError(message.error)
        else this.#fail(message)
        break
      case "item":
        if (this.job?.id === message.id) this.job.item(message.value)
        break
      case "progress":
        if (this.job?.id === message.id) this.job.progress(message.value)
        break
      case "ask":
      case "forget":
        this.#owner.asked(this, message)
        break
    }
  }

  exited(end: WorkerEnd): void {
    if (this.state === "gone") return
    this.#stopTimer()
    const job = this.job
    const starting = this.state === "starting"
    const wanted = this.state === "ending"
    const why = this.#killedBy ?? howItEnded(end)
    // It did what nobody asked for, and no job is there to tell of it.
    if (this.state === "idle") host.warn(`${this.label} of pool '${this.pool}' ended while it had nothing to do: ${why}`, "ASYNCIO_WORKER_DIED")
    this.job = null
    this.#enter("gone")
    this.#tellOver()
    if (observer !== null) {
      if (job !== null) observer.jobEnded(job, job.request === null ? "crashed" : "cancelled", this.since, why)
      observer.workerGone(this, !wanted ? "crashed" : end.code === 0 ? "left" : "ended", this.since)
    }
    if (starting) this.startKilled = this.startError === undefined && (end.signal === "SIGKILL" || end.signal === "SIGTERM")
    if (starting) this.startError ??= end.error ?? new Error(end.code === 9 ? `${why}, as Node does when it does not know an option (execArgv)` : why)
    if (job === null) {
      this.#owner.gone(this, null)
    } else if (job.request !== null) {
      this.#owner.counts.cancelled += 1
      this.#owner.gone(this, null)
      job.failed(cancellation(job.request))
    } else if (job.mayRetry()) {
      this.#owner.counts.crashes += 1
      this.#owner.gone(this, job)
    } else {
      this.#owner.counts.crashes += 1
      this.#owner.gone(this, null)
      job.failed(crash(job, this.label, why, end.error))
    }
  }

  #fail({ id, error }: Extract<FromWorker, { readonly kind: "failed" }>): void {
    const job = this.job
    if (job?.id !== id) return
    const failure = decodeError(error, job.plan.errors)
    this.#done(id, job.request === null ? "failed" : "cancelled", failure)?.failed(failure)
  }

  /** The job of this number, which the worker has done. The seat goes on before anybody is told. */
  #done(id: number, how: "done" | "failed" | "cancelled", failure?: unknown): Job | undefined {
    const job = this.job
    if (job?.id !== id) return undefined
    this.job = null
    this.#tellOver()
    this.served += 1
    this.#owner.counts[how] += 1
    if (observer !== null) observer.jobEnded(job, how === "done" ? "returned" : how, host.now(), failure)
    if (this.state === "busy") this.#free()
    return job
  }

  #tellOver(): void {
    for (const tell of this.over) {
      this.over.delete(tell)
      tell()
    }
  }

  #free(): void {
    this.#stopTimer()
    this.#enter("idle")
    this.#owner.free(this)
    if (this.state !== "busy") this.#carrier.hold(false)
  }

  #enter(state: Seat["state"]): void {
    this.state = state
    this.since = host.now()
  }

  #stopTimer(): void {
    if (this.#timer === null) return
    host.clearTimer(this.#timer)
    this.#timer = null
  }
}

function howItEnded({ code, signal, error }: WorkerEnd): string {
  if (error !== undefined) return wordsOf(error)
  if (signal === "SIGABRT") return "it was ended by SIGABRT, as Node ends itself when it is out of memory; see the pool's memoryLimit"
  if (signal !== null) return `it was ended by ${signal}`
  return code === 0 ? "it left with exit code 0" : `it left with exit code ${String(code)}`
}

function wordsOf(error: unknown): string {
  if ((error as { code?: unknown } | null)?.code === "ERR_WORKER_OUT_OF_MEMORY") return "it ran out of memory; see the pool's memoryLimit"
  if (error instanceof Unreadable) return error.message
  return error instanceof Error ? `it threw ${error.name} outside the job: ${error.message}` : `it threw ${String(error)} outside the job`
}

function textOf(reason: unknown): string {
  try {
    return String(reason)
  } catch {
    return describe(reason) // it has no text of its own
  }
}

/** A reason for a cancellation may be anything; what cannot be sent goes as its text. */
function sendable(reason: unknown): unknown {
  if (typeof reason !== "object" && typeof reason !== "function" && typeof reason !== "symbol") return reason
  return reason instanceof CancelledError || reason === null ? undefined : textOf(reason)
}
