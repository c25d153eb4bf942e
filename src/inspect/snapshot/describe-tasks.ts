/**
 * Puts what was taken of tasks into the form of a snapshot, in small steps.
 */
import type { Below, Frame } from "../../core/frame.ts"
import { known, type AwaitPlace } from "../../core/place.ts"
import { parsePlace, placeOfLine } from "../../core/place-of-line.ts"
import type { SnapshotFrame, SnapshotPlace, SnapshotTask, SnapshotWait } from "../snapshot.ts"
import type { Resources } from "./resources.ts"
import type { OpenLine, Structure, TakenTask } from "./structure.ts"

/** How much is put into words. */
export interface Words {
  readonly lines: boolean
  /** Whether the host may be asked where functions stand. */
  readonly functions: boolean
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }
type Draft = Writable<SnapshotTask> & { readonly awaitedBy: number[] }

/** The deepest that a task is shown; a chain of a hundred thousand coroutines is a mistake that nobody reads to its end. */
const DEEP = 1000

export class DescribedTasks {
  readonly #structure: Structure
  readonly #words: Words
  readonly #resources: Resources
  readonly #drafts = new Map<number, Draft>()

  constructor(structure: Structure, resources: Resources, words: Words) {
    this.#structure = structure
    this.#words = words
    this.#resources = resources
  }

  get all(): SnapshotTask[] {
    return [...this.#drafts.values()]
  }

  /** Each step describes one task; then each notes who awaits whom. */
  *steps(): Generator<void> {
    for (const taken of this.#structure.tasks) {
      this.#drafts.set(taken.run.id, this.#task(taken))
      yield
    }
    for (const task of this.#drafts.values()) {
      for (const { awaits } of task.waits) this.#note(awaits, task.id)
      for (const { tasks } of task.scopes ?? []) this.#note(tasks, task.id)
      yield
    }
  }

  #note(awaited: readonly number[], by: number): void {
    for (const id of awaited) {
      const known = this.#drafts.get(id)?.awaitedBy
      // One that awaits another twice does so in a row.
      if (known !== undefined && known.at(-1) !== by) known.push(by)
    }
  }

  #task({ run, loop, state, lines, scopes, cancelling, cpu, listenedTo }: TakenTask): Draft {
    const now = this.#structure.glance.now(run.loop)
    const age = seconds(now - run.loop.timeOf(run.made))
    const waits = lines.map((line) => this.#wait(line, now))
    const task: Draft = {
      id: run.id,
      name: run.taskName,
      code: run.name,
      loop: loop.id,
      state,
      age,
      waits,
      frames: waits[0]?.frames ?? this.#frames(run.frame, run.frame.first, null),
      awaitedBy: [],
    }
    if (run.maker !== 0) task.parent = run.maker
    if (state === "not started") task.since = age
    else if (waits.length > 0 && state !== "ready") task.since = waits.reduce((least, { since }) => Math.min(least, since), age)
    if (scopes !== undefined) task.scopes = scopes
    if (cancelling !== undefined) task.cancelling = cancelling
    if (cpu !== undefined) task.cpu = cpu
    if (listenedTo) task.listenedTo = true
    return task
  }

  #wait({ frame, wait, reason, since, place }: OpenLine, now: number): SnapshotWait {
    const draft: Writable<SnapshotWait> = {
      kind: reason.kind,
      text: reason.text,
      since: seconds(now - frame.loop.timeOf(since)),
      frames: this.#frames(frame, wait, place),
      awaits: reason.awaits ?? [],
      holders: reason.holders ?? [],
      internal: reason.internal === true,
    }
    if (reason.until !== undefined && reason.until !== Infinity) draft.left = seconds(reason.until - now)
    const resource = this.#resources.numberOf(reason.on)
    if (resource !== undefined) draft.resource = resource
    return draft
  }

  #frames(frame: Frame, wait: Below | null, taken: AwaitPlace | null): SnapshotFrame[] {
    const frames: SnapshotFrame[] = []
    let below = wait
    for (let outer: Frame | null = frame; outer !== null && frames.length < DEEP; outer = outer.parent) {
      const place = this.#words.lines ? this.#place(outer, below, below === wait ? taken : null) : undefined
      frames.push(place === undefined ? { name: outer.name } : { name: outer.name, place })
      below = outer
    }
    return frames
  }

  #place(frame: Frame, below: Below | null, taken: AwaitPlace | null): SnapshotPlace | undefined {
    const place = taken === null ? undefined : parsePlace(known(taken.line), "await")
    return place ?? placeOfLine(frame, below, { code: this.#words.functions })
  }
}

/** Whole microseconds: what is finer is noise, and would be half of a snapshot's text. */
function seconds(exact: number): number {
  return exact > 0 && exact < Infinity ? Math.round(exact * 1e6) / 1e6 : 0
}
