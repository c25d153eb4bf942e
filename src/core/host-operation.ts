/**
 * Operations that the host finishes: a connection being made, a file being read.
 */
import { isCancellation, type CancelledError } from "../errors/cancelled-error.ts"
import type { Frame } from "./frame.ts"
import type { Glance } from "./glance.ts"
import type { WaitInfo, WaitReason } from "./observer.ts"
import { Operation, waiting, type Waiting } from "./operation.ts"
import type { Scheduler } from "./scheduler.ts"

/** How the host's work tells its outcome; what comes after the first call is dropped. */
export interface HostDone<T> {
  returned(value: T): void
  failed(error: unknown): void
}

/**
 * Stops the host's work, and says `STAYS` where it has only asked for that and the wait is to
 * last until the work has told its end; without an error nobody waits any more.
 */
export type Stop = (error: CancelledError | null) => typeof STAYS | void
export const STAYS: unique symbol = Symbol("stays")

/** What the host is to do. */
export interface HostWork<T> {
  /** What it is called in messages and traces, such as `openConnection`. */
  readonly name: string
  /** What exactly, for people: an address, a path. */
  readonly detail?: string | undefined
  /** What is waited for in words, asked when somebody looks: `process 4711`. By default name and detail. */
  says?(): string
  /** What is waited for, such as a transport: the same object for all who wait for it. */
  readonly on?: object | undefined
  /**
   * Begins. The returned function stops the host's work when the wait is cancelled; what the
   * work still tells then goes to `discard`. Without one the work goes on, unwatched.
   */
  start(done: HostDone<T>): Stop | void
  /** Lets go of a result that nobody is left to take, such as a socket. */
  discard?(value: T): void
}

/** A coroutine that begins `work` when it is awaited, and is interrupted at once when its task is cancelled. */
export function hostOperation<T>(work: HostWork<T>): HostOperation<T> {
  return new HostOperation(work)
}

/**
 * Invariants: it counts once in `loop.hostOperations` from `begin` until the host has told
 * its outcome, was told to stop, or nobody waits any more; a value that the host has told is
 * either returned or discarded, once.
 */
export class HostOperation<T> extends Operation<T> implements HostDone<T> {
  readonly #work: HostWork<T>
  #counted: Scheduler | null = null
  #outcome: { readonly value: T } | { readonly error: unknown } | null = null
  #stop: Stop | void = undefined
  /** Cancelled, and its work still to tell its end. */
  #asked: CancelledError | null = null
  #begun = false
  #dropped = false

  constructor(work: HostWork<T>) {
    super()
    this.#work = work
  }

  get name(): string {
    return this.#work.name
  }

  override info(): WaitInfo {
    const { name, detail } = this.#work
    return detail === undefined ? { kind: name } : { kind: name, detail }
  }

  override reason(glance: Glance): WaitReason | undefined {
    const text = this.#work.says?.()
    if (text === undefined) return undefined
    return { ...this.info(), text: `${text}, ${glance.ago(this.since, this.frame?.loop)}`, on: this.#work.on }
  }

  begin({ loop }: Frame): T | Waiting {
    this.#counted = loop
    loop.hostOperations += 1
    try {
      this.#stop = this.#work.start(this)
    } catch (error) {
      this.#uncount()
      throw error
    }
    this.#begun = true
    return this.#take()
  }

  returned(value: T): void {
    if (this.#dropped) this.#work.discard?.(value)
    else this.#tell({ value })
  }

  failed(error: unknown): void {
    this.#tell({ error })
  }

  #tell(outcome: { readonly value: T } | { readonly error: unknown }): void {
    if (this.#dropped || this.#outcome !== null) return
    this.#outcome = outcome
    this.#uncount()
    // What is told while it begins is taken there.
    if (this.#begun) this.wake()
  }

  woken(error: CancelledError | null): T | Waiting {
    if (error === null) return this.#take()
    if (!this.#drop(error)) throw error
    this.#asked ??= error
    return waiting
  }

  dropped(): void {
    this.#drop(null)
  }

  #take(): T | Waiting {
    const outcome = this.#outcome
    if (outcome === null) return waiting
    this.#dropped = true
    const asked = this.#asked
    if ("error" in outcome) throw asked !== null && isCancellation(outcome.error) ? asked : outcome.error
    if (asked === null) return outcome.value
    this.#work.discard?.(outcome.value)
    throw asked
  }

  /** Whether the wait stays all the same. */
  #drop(error: CancelledError | null): boolean {
    if (this.#dropped) return false
    this.#dropped = true
    const outcome = this.#outcome
    if (outcome === null) {
      // What it tells while it is stopped is of no use to anybody.
      if (this.#stop?.(error) === STAYS && error !== null) {
        this.#dropped = false
        return true
      }
      this.#uncount()
    } else if ("value" in outcome) {
      this.#work.discard?.(outcome.value)
    }
    return false
  }

  #uncount(): void {
    const loop = this.#counted
    if (loop === null) return
    this.#counted = null
    loop.hostOperations -= 1
    loop.wake()
  }
}
