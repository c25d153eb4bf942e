/**
 * What is ready, in an order that is explored.
 *
 * Only what a program cannot rely on is moved: whose code goes on next, of the tasks that are
 * ready in the same iteration of the loop. What stays as it is:
 * - each line of code is in its own order, and `sleep(0)` lets all others that are ready run once;
 * - callbacks (`callSoon`, done callbacks, timers) run in the order in which they were set;
 * - the library's own steps, such as a task telling its group that it is done, run before
 *   whatever became ready after them;
 * - who waited longest at a lock or queue is woken first.
 */
import { Frame } from "../../core/frame.ts"
import { Handle, type Runnable } from "../../core/handle.ts"
import type { ReadyQueue } from "../../core/scheduler.ts"
import type { Wait } from "../../core/wait.ts"
import type { Choices } from "./choices.ts"

/** What the queue asks of the run that it belongs to. */
export interface QueueOwner {
  /** Whether only those that were ready when the iteration began are moved among each other. */
  readonly fair: boolean
  /** How many can be cancelled now. */
  cancellable(): number
  /** Cancels one of them; from 1. */
  cancel(which: number): void
  /** Something is about to run; false if nothing should any more. */
  goesOn(): boolean
  /** Code of `who` goes on, before that of `passed`, which were ready earlier; undefined for callbacks. */
  runs?(who: Frame | undefined, passed: readonly (Frame | undefined)[]): void
}

/** Runs user code somewhere, so it never runs on the stack of somebody who called `then`. */
const LOUD = { quiet: false } as const

/**
 * Invariants: `#batch` holds what is left of the iteration, in the order of the usual run, so
 * its head is what choice 0 takes; `#chosen` is in it.
 */
export class ExploreQueue implements ReadyQueue {
  readonly #owner: QueueOwner
  readonly #choices: Choices
  #batch: Runnable[] = []
  #later: Runnable[] = []
  #chosen: Runnable | null = null
  /** Waits of code that has given up its turn, and is ready again after all that are. */
  readonly #yields = new Set<Runnable>()
  #victim = 0
  /** Stands for all callbacks: they keep their order. */
  readonly #callbacks = {}

  constructor(owner: QueueOwner, choices: Choices) {
    this.#owner = owner
    this.#choices = choices
  }

  get size(): number {
    return this.#batch.length + this.#later.length
  }

  push(runnable: Runnable): void {
    if (!this.#owner.fair) {
      this.#batch.push(runnable)
      return
    }
    // Nothing but the code itself can have woken what has not parked yet.
    if ((runnable as Partial<Wait>).resolve === null) this.#yields.add(runnable)
    this.#later.push(runnable)
  }

  clear(): void {
    this.#batch = []
    this.#later = []
    this.#yields.clear()
    this.#chosen = null
    this.#victim = 0
  }

  peek(): Pick<Runnable, "quiet"> | undefined {
    this.#decide()
    return this.#victim > 0 ? LOUD : this.#batch[this.#nextIndex()]
  }

  shift(): Runnable | undefined {
    if (!this.#owner.goesOn()) {
      this.clear()
      return undefined
    }
    this.#decide()
    if (this.#victim > 0) {
      const victim = this.#victim
      this.#victim = 0
      this.#owner.cancel(victim)
    }
    const index = this.#nextIndex()
    const next = this.#batch[index]
    if (this.#owner.runs !== undefined && next !== undefined) this.#tell(next, index)
    if (index === 0) this.#batch.shift()
    else this.#batch.splice(index, 1)
    if (next === this.#chosen) this.#chosen = null
    if (next !== undefined && this.#yields.size > 0) this.#yields.delete(next)
    return next
  }

  /** Where in the batch stands what runs next: what is chosen, or a step of the library's before it. */
  #nextIndex(): number {
    for (let i = 0; i < this.#batch.length; i += 1) {
      const item = this.#batch[i]
      if (item === this.#chosen || (item !== undefined && this.#lineOf(item) === undefined)) return i
    }
    return 0
  }

  #decide(): void {
    if (this.#chosen !== null) return
    if (this.#batch.length === 0) {
      const spare = this.#batch
      this.#batch = this.#later
      this.#later = spare
    }
    const [first] = this.#batch
    if (first === undefined) return
    this.#chosen = first
    if (this.#lineOf(first) === undefined) return
    this.#victim = this.#choices.choose("cancel", 1 + this.#owner.cancellable())
    if (this.#batch.length > 1) this.#chosen = this.#choose(first)
  }

  #choose(first: Runnable): Runnable {
    const candidates: Runnable[] = []
    const lines: object[] = []
    for (const item of this.#batch) {
      const line = this.#lineOf(item)
      if (line === undefined || lines.includes(line)) continue
      if (lines.length > 0 && this.#yields.has(item)) continue
      candidates.push(item)
      lines.push(line)
    }
    if (candidates.length < 2) return first
    const among = lines.map((line) => (line instanceof Frame ? line.root : line))
    return candidates[this.#choices.choose("step", candidates.length, among)] ?? first
  }

  #tell(next: Runnable, index: number): void {
    const whose = (line: object | undefined): Frame | undefined => (line instanceof Frame ? line : undefined)
    const line = this.#lineOf(next)
    if (line === undefined) return
    const passed = this.#batch.slice(0, index).map((item) => this.#lineOf(item))
    this.#owner.runs?.(whose(line), passed.filter((other) => other !== undefined).map(whose))
  }

  /** What a step belongs to; undefined for the library's own. */
  #lineOf(item: Runnable): object | undefined {
    if (item instanceof Frame) return item
    if (item instanceof Handle) return item.quiet ? undefined : this.#callbacks
    return (item as Partial<Wait>).frame ?? undefined
  }
}
