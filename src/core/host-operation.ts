/**
 * Operations that the host finishes: a connection being made, a file being read.
 */
import type { CancelledError } from "../errors/cancelled-error.ts"
import type { Frame } from "./frame.ts"
import type { WaitInfo } from "./observer.ts"
import { Operation, waiting, type Waiting } from "./operation.ts"
import type { Scheduler } from "./scheduler.ts"

/** How the host's work tells its outcome; what comes after the first call is dropped. */
export interface HostDone<T> {
  returned(value: T): void
  failed(error: unknown): void
}

/** What the host is to do. */
export interface HostWork<T> {
  /** What it is called in messages and traces, such as `openConnection`. */
  readonly name: string
  /** What exactly, for people: an address, a path. */
  readonly detail?: string | undefined
  /**
   * Begins. The returned function stops the host's work when the wait is cancelled; what the
   * work still tells then goes to `discard`. Without one the work goes on, unwatched.
   */
  start(done: HostDone<T>): ((error: CancelledError | null) => void) | void
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
  #stop: ((error: CancelledError | null) => void) | void = undefined
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
    this.#drop(error)
    throw error
  }

  dropped(): void {
    this.#drop(null)
  }

  #take(): T | Waiting {
    const outcome = this.#outcome
    if (outcome === null) return waiting
    this.#dropped = true
    if ("error" in outcome) throw outcome.error
    return outcome.value
  }

  #drop(error: CancelledError | null): void {
    if (this.#dropped) return
    this.#dropped = true
    const outcome = this.#outcome
    if (outcome === null) {
      this.#uncount()
      this.#stop?.(error)
    } else if ("value" in outcome) {
      this.#work.discard?.(outcome.value)
    }
  }

  #uncount(): void {
    const loop = this.#counted
    if (loop === null) return
    this.#counted = null
    loop.hostOperations -= 1
    loop.wake()
  }
}
