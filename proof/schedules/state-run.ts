/**
 * One run of the search in every-state.ts, with the ready queue, the clock and the choices of its own.
 *
 * Long: these three see the same moments of one run.
 */
import * as asyncio from "asyncio-ts"
import type { Clock, Idle } from "#src/core/clock.ts"
import { EventLoop } from "#src/core/event-loop.ts"
import { Frame } from "#src/core/frame.ts"
import { cancelFor, Relay } from "#src/core/future.ts"
import type { Runnable } from "#src/core/handle.ts"
import type { ReadyQueue } from "#src/core/scheduler.ts"
import type { Wait } from "#src/core/wait.ts"
import { taskOf } from "./line.ts"
import { Broken, Crew, type Family, type Told } from "./family.ts"
import { endOf, forgive } from "./program.ts"

/** What is gone through in full. */
export interface Scope {
  readonly family: Family
  readonly variant: number
  /** Those of the family's operations that tasks do; giving up a turn among them. */
  readonly operations: readonly number[]
  readonly tasks: number
  /** Of each task at most. */
  readonly steps: number
  /** Tasks that are cancelled in a run, at most. */
  readonly cancellations: number
  /** Goes on also from a state that was there before: to see that nothing is missed otherwise. */
  readonly whole?: boolean
}

/** One way through: follows `way`, then always the first. */
export class StateRun implements ReadyQueue, Clock {
  readonly way: number[]
  readonly widths: number[]
  /** What was done, for people. */
  readonly words: string[] = []
  failure: string | undefined
  readonly #scope: Scope
  readonly #known: number
  readonly #seen: Set<number>
  readonly #loop: EventLoop
  readonly #crew = new Crew()
  #subject: Told | undefined
  readonly #left: number[] = []
  /** What each task is doing: an operation, or -1 between two. */
  readonly #doing: number[] = []
  #cancellations = 0
  #at = 0
  #batch: Runnable[] = []
  #later: Runnable[] = []
  #chosen: Runnable | undefined
  /** Whose turn it is, while it is to say what it does next. */
  #running = -1
  /** Everything that is to be seen of this run has been. */
  #closing = false
  #cut = false
  #now = 0

  constructor(scope: Scope, way: readonly number[], widths: readonly number[], seen: Set<number>) {
    this.#scope = scope
    this.way = [...way]
    this.widths = [...widths]
    this.#known = way.length
    this.#seen = seen
    this.#loop = new EventLoop({ clock: this }, this)
    this.#loop.setExceptionHandler((_loop, { message, exception }) => this.#fails(exception ?? new Broken(message)))
  }

  async end(): Promise<void> {
    const loop = this.#loop
    const main = loop.createTask(() => this.#program())
    void new Relay(main, () => loop.stop())
    await new Promise<void>((resolve) => loop.start(resolve))
    if (!this.#cut && this.failure === undefined) {
      try {
        main.result()
      } catch (error) {
        this.#fails(error)
      }
    }
    this.#cut = true
    loop.shutDown()
  }

  #fails(error: unknown): void {
    if (!this.#cut) this.failure ??= String(error)
  }

  async #program(): Promise<void> {
    const { family, variant, tasks, steps } = this.#scope
    const subject = family.make(variant, this.#crew) as Told // families that are gone through tell of themselves
    this.#subject = subject
    for (let at = 0; at < tasks; at += 1) {
      this.#left.push(steps)
      this.#doing.push(-1)
      this.#crew.tasks.push(this.#loop.createTask(() => this.#live(subject, at)))
    }
    await endOf(subject, this.#crew)
  }

  async #live(subject: Told, at: number): Promise<void> {
    const { operations, family } = this.#scope
    while ((this.#left[at] ?? 0) > 0 && !this.#crew.over) {
      this.#running = at
      // The last of them: it does no more.
      const chosen = this.#visited() ? operations.length : this.#choose(operations.length + 1)
      const operation = operations[chosen]
      this.words.push(`  ${name(at)} ${operation === undefined ? "ends" : (family.operations[operation] ?? "?")}`)
      if (operation === undefined) return
      this.#left[at] = (this.#left[at] ?? 0) - 1
      this.#doing[at] = operation
      try {
        const waits = subject.step(at, operation)
        if (waits !== undefined) await waits
      } catch (error) {
        if (error instanceof asyncio.CancelledError && !this.#crew.over) forgive()
        else {
          // At once: a task that has failed looks like one that has ended, and what comes after may be known already.
          if (!(error instanceof asyncio.CancelledError)) this.#fails(error)
          throw error
        }
      }
      this.#doing[at] = -1
    }
  }

  /** One of so many; beyond the way that is given, the first. */
  #choose(count: number): number {
    if (this.#closing) return count - 1
    const at = this.#at
    this.#at += 1
    if (at < this.#known) {
      if (this.widths[at] !== count) this.#fails(new Broken("the same way led elsewhere, so something else than the schedule decides"))
      return this.way[at] ?? 0
    }
    this.way.push(0)
    this.widths.push(count)
    return 0
  }

  // What is ready.

  get size(): number {
    return this.#batch.length + this.#later.length
  }

  push(runnable: Runnable): void {
    this.#later.push(runnable)
  }

  clear(): void {
    this.#batch = []
    this.#later = []
    this.#chosen = undefined
  }

  peek(): Pick<Runnable, "quiet"> | undefined {
    return this.#decide()
  }

  shift(): Runnable | undefined {
    const next = this.#decide()
    this.#chosen = undefined
    if (next === undefined) return undefined
    this.#batch.splice(this.#batch.indexOf(next), 1)
    return next
  }

  /** What runs next: a step of the library's own, or one of those that are ready in this iteration. */
  #decide(): Runnable | undefined {
    if (this.#cut || this.failure !== undefined) {
      this.clear()
      return undefined
    }
    for (;;) {
      if (this.#chosen !== undefined) return this.#chosen
      if (this.#batch.length === 0) [this.#batch, this.#later] = [this.#later, this.#batch]
      const [first] = this.#batch
      if (first === undefined || this.#closing) return (this.#chosen = first)
      const own = this.#batch.find((item) => this.#whoseTurn(item) === undefined)
      if (own !== undefined) return (this.#chosen = own)
      const victims = this.#victims()
      this.#running = -1
      if (this.#visited()) {
        this.clear()
        return undefined
      }
      const chosen = this.#choose(this.#batch.length + victims.length)
      const victim = victims[chosen - this.#batch.length]
      if (victim === undefined) return (this.#chosen = this.#batch[chosen])
      this.#cancel(victim)
    }
  }

  /** Whether it has been here before, and need not go on. */
  #visited(): boolean {
    if (this.#at < this.#known || this.#closing) return false
    const key = hash(this.#key())
    if (!this.#seen.has(key)) {
      this.#seen.add(key)
      return false
    }
    if (this.#scope.whole === true) return false
    this.#cut = true
    this.#loop.stop()
    return true
  }

  /** The number of the task whose code an item goes on with; -1 for the main one; undefined for what is the library's own. */
  #whoseTurn(item: Runnable): number | undefined {
    if (item.quiet && (item as Partial<Wait>).frame === undefined) return undefined
    const task = item instanceof Frame ? (item as unknown as { readonly task: object }).task : taskOf(item as Wait) // a task's first step is its frame
    return task === undefined ? undefined : this.#crew.numberOf(task)
  }

  #victims(): number[] {
    if (this.#cancellations >= this.#scope.cancellations) return []
    return this.#crew.tasks.flatMap((task, at) => (task.done() ? [] : [at]))
  }

  #cancel(victim: number): void {
    this.#cancellations += 1
    this.words.push(`  ${name(victim)} is cancelled`)
    this.#crew.tasks[victim]?.[cancelFor]({ message: "cancelled by the search", requestedBy: "explore", requestedAt: undefined })
  }

  /** The state, whatever the tasks are called. */
  #key(): string {
    const each = this.#crew.tasks.map((task, at) => (task.done() ? "." : `${this.#left[at] ?? 0}${this.#doing[at] ?? 0}c${task.cancelling()}`))
    for (const item of this.#batch) this.#sign(each, item, "b")
    for (const item of this.#later) this.#sign(each, item, "l")
    const whole = this.#subject?.tell(each) ?? ""
    if (this.#running >= 0) each[this.#running] += "now"
    return `${this.#cancellations} ${whole} ${each.toSorted().join(" ")}`
  }

  #sign(each: string[], item: Runnable, sign: string): void {
    const who = this.#whoseTurn(item)
    if (who === undefined || who < 0) return
    each[who] += sign + (item instanceof Frame ? "" : `${(item as Wait).state}${(item as Wait).request === null ? "" : "!"}`)
  }

  // The clock.

  time(): number {
    return this.#now
  }

  idle({ timer }: Idle): boolean {
    if (this.#cut || this.failure !== undefined) {
      this.#loop.stop()
      return true
    }
    if (!this.#closing) {
      const victims = this.#victims()
      if (victims.length > 0) {
        if (this.#visited()) return true
        const victim = victims[this.#choose(victims.length + 1) - 1]
        if (victim !== undefined) {
          this.#cancel(victim)
          return true
        }
      }
      this.#closing = true
    }
    if (timer === Infinity) {
      this.#fails(new Broken("nothing can ever happen again"))
      this.#loop.stop()
    } else this.#now = Math.max(this.#now, timer)
    return true
  }

  stop(): void {
    // Nothing is armed.
  }
}

function name(task: number): string {
  return String.fromCodePoint(65 + task)
}

/** 52 bits of a text: that two of ten million are the same by chance has a likelihood of 1 %. */
function hash(text: string): number {
  let high = 0x9e3779b1
  let low = 0x85ebca6b
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    high = Math.imul(high ^ code, 0x01000193)
    low = Math.imul(low ^ code, 0x5bd1e995)
    low ^= low >>> 13
  }
  high ^= low >>> 15
  high = Math.imul(high, 0x2c1b3c6d)
  high ^= high >>> 12
  return (high >>> 0) * 2 ** 20 + ((low >>> 0) & 0xfffff)
}
