import { Frame } from "../../core/frame.ts"
import type { Runnable } from "../../core/handle.ts"
import type { TaskInfo } from "../../core/observer.ts"
import type { ReadyQueue } from "../../core/scheduler.ts"
import type { Wait } from "../../core/wait.ts"
import { ROUNDING, type Holder, type ReplayClock } from "./replay-clock.ts"
import type { ReplayScript } from "./replay-script.ts"

interface Entry {
  readonly runnable: Runnable
  /** It is a wait that ends in waiting again: a step of the library's, since no code goes on. */
  readonly inVain: boolean
  /** It came before its time, as where a fake is quick: the library's steps that become ready after it come before it. */
  held: boolean
}

/** Holds back what is ready until its turn has come. */
export class ReplayQueue implements ReadyQueue, Holder {
  readonly #script: ReplayScript
  readonly #clock: ReplayClock
  #entries: Entry[] = []

  constructor(script: ReplayScript, clock: ReplayClock) {
    this.#script = script
    this.#clock = clock
    clock.queue = this
  }

  // As if it were empty while nothing in it may run, so that time goes on.
  get size(): number {
    return this.#index() === -1 ? 0 : this.#entries.length
  }

  push(runnable: Runnable): void {
    const frame = runnable instanceof Frame ? undefined : frameIn(runnable)
    const woken = frame === undefined ? undefined : this.#script.woken(frame)
    this.#entries.push({ runnable, inVain: woken === "in vain", held: woken === "early" })
  }

  clear(): void {
    this.#entries = []
  }

  peek(): Runnable | undefined {
    return this.#entries[this.#index()]?.runnable
  }

  shift(): Runnable | undefined {
    const index = this.#index()
    return index === -1 ? undefined : this.#entries.splice(index, 1)[0]?.runnable
  }

  get held(): string[] {
    return this.#entries.map(({ runnable }) => nameOf(runnable))
  }

  hold(): void {
    for (const entry of this.#entries) entry.held = true
  }

  #index(): number {
    const turn = this.#script.next
    // Callbacks and the library's own steps belong to no task, so they are not in the order.
    const free = this.#entries.findIndex((entry) => this.#pathOf(entry) === undefined)
    if (turn !== undefined && turn.time > this.#clock.time() + ROUNDING) return free
    const own = this.#entries.findIndex((entry) => {
      const path = this.#pathOf(entry)
      return path !== undefined && (turn === undefined || path === turn.path)
    })
    return own === -1 || (free !== -1 && (free < own || this.#entries[own]?.held === true)) ? free : own
  }

  #pathOf({ runnable, inVain }: Entry): string | undefined {
    return inVain ? undefined : this.#script.pathOf(frameIn(runnable))
  }
}

function frameIn(item: Runnable): Frame | undefined {
  // A task that was cancelled before it has begun ends without ever going on.
  if (item instanceof Frame) return item.requested > 0 ? undefined : item
  return (item as Partial<Wait>).frame ?? undefined
}

function nameOf(item: Runnable): string {
  const owner = frameIn(item)?.owner as TaskInfo | null | undefined // tasks own frames
  return owner === null || owner === undefined ? "a callback" : `'${owner.taskName}'`
}
