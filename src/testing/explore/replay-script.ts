/**
 * What has to come next in a replay.
 */
import { openWaits } from "../../core/deadlock.ts"
import type { EventLoop } from "../../core/event-loop.ts"
import type { Frame } from "../../core/frame.ts"
import { FOREIGN, type TaskInfo, type WaitInfo } from "../../core/observer.ts"
import { ChildNumbers, type RecordedOrder, type RecordedTurn } from "./recorded-order.ts"

/** What is known of a task of the program. */
interface Known {
  readonly path: string
  /** Turns that it has had. */
  had: number
  /** How often it was woken since the last of them. */
  woken: number
  /** It waits for something foreign. */
  foreign: boolean
}

/**
 * Invariant: what comes next is the first turn of the recording that its task has not had. Code that
 * a foreign promise has woken cannot be held back, so a task may have had turns before they came.
 */
export class ReplayScript {
  readonly #turns: readonly RecordedTurn[]
  readonly #inVainAtLast: ReadonlyMap<string, number>
  /** The turns of each task, by their place among all. */
  readonly #places = new Map<string, number[]>()
  #at = 0
  readonly #known = new Map<object, Known>()
  readonly #tasks = new Map<string, TaskInfo>()
  readonly #numbers = new ChildNumbers()
  loop: EventLoop | null = null
  /** How program and recording part. */
  difference: string | undefined

  constructor({ turns, inVainAtLast }: RecordedOrder) {
    this.#turns = turns
    this.#inVainAtLast = inVainAtLast
    for (const [at, { path }] of turns.entries()) {
      const places = this.#places.get(path)
      if (places === undefined) this.#places.set(path, [at])
      else places.push(at)
    }
  }

  /** The turn that comes next; undefined once all have been, and where nothing is held back any more. */
  get next(): RecordedTurn | undefined {
    return this.difference === undefined ? this.#turns[this.#at] : undefined
  }

  /** When the first wait of the task whose turn comes next ends by itself. */
  get nextEndsAt(): number {
    const task = this.#tasks.get(this.next?.path ?? "")
    return task === undefined ? Infinity : Math.min(...[...openWaits(frameOf(task))].map(({ until }) => until ?? Infinity))
  }

  /** The task that `frame` belongs to. */
  pathOf(frame: Frame | undefined): string | undefined {
    return frame === undefined ? undefined : this.#known.get(frame.root)?.path
  }

  /** A line of the task of `frame` was woken: `in vain` if it is to wait again at once, `early` if it was so later in the recording. */
  woken(frame: Frame): "in vain" | "early" | undefined {
    const known = this.#known.get(frame.root)
    if (known === undefined) return undefined
    known.woken += 1
    const turn = this.#turns[this.#places.get(known.path)?.[known.had] ?? this.#turns.length]
    if (known.woken <= (turn?.inVain ?? this.#inVainAtLast.get(known.path) ?? 0)) return "in vain"
    return turn !== undefined && this.#at < turn.woken ? "early" : undefined
  }

  // What the loop tells.

  created(task: TaskInfo, parent: TaskInfo | undefined): void {
    if (task.loop !== this.loop) return
    const maker = parent?.loop === this.loop ? this.pathOf(frameOf(parent)) : undefined
    const path = this.#numbers.next(maker)
    this.#known.set(frameOf(task), { path, had: 0, woken: 0, foreign: false })
    this.#tasks.set(path, task)
  }

  resumed(task: TaskInfo): void {
    const known = this.#knownOf(task)
    if (known === undefined) return
    known.foreign = false
    const { next } = this
    if (next !== undefined && next.path !== known.path) this.part(`the program has '${task.taskName}'`)
    else this.#hadTurn(known)
  }

  parked(task: TaskInfo, on: WaitInfo): void {
    this.#rests(task)
    const known = this.#knownOf(task)
    if (known !== undefined && on === FOREIGN) known.foreign = true
  }

  done(task: TaskInfo): void {
    this.#rests(task)
  }

  /** @param has - what the program has in place of the next turn */
  part(has: string): void {
    const turn = this.next
    if (turn === undefined || this.loop === null) return
    const own = this.#tasks.get(turn.path)
    const who = own === undefined ? `'${turn.name}' going on, which the program has not made` : `'${own.taskName}' going on`
    this.difference =
      `program and recording part at step ${this.#at + 1} of ${this.#turns.length}: there, after ${turn.time.toFixed(3)} s, ` +
      `the recording has ${who}, and ${has}`
    this.loop.stop()
  }

  /** Code that a foreign promise woke waits again, or has ended. */
  #rests(task: TaskInfo): void {
    const known = this.#knownOf(task)
    if (known?.foreign !== true) return
    known.foreign = false
    this.#hadTurn(known)
    // What was held back until then may go on.
    this.loop?.wake()
  }

  #hadTurn(known: Known): void {
    known.had += 1
    known.woken = 0
    for (let turn = this.#turns[this.#at]; turn !== undefined; turn = this.#turns[this.#at]) {
      const task = this.#tasks.get(turn.path)
      const had = task === undefined ? 0 : (this.#known.get(frameOf(task))?.had ?? 0)
      if (turn.which >= had) return
      this.#at += 1
    }
  }

  #knownOf(task: TaskInfo): Known | undefined {
    return task.loop === this.loop && this.difference === undefined ? this.#known.get(frameOf(task)) : undefined
  }
}

function frameOf(task: TaskInfo): Frame {
  return (task as unknown as { readonly frame: Frame }).frame // what runs a task is its info
}
