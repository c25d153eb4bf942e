/**
 * What tasks wait for and hold: locks, queues, sockets.
 */
import { Future } from "../../core/future.ts"
import type { WaitReason } from "../../core/observer.ts"
import { holdersOf, knownPrimitives, Primitive, waitingIn } from "../../sync/primitive.ts"
import { Queue } from "../../sync/queue.ts"
import type { SnapshotResource } from "../snapshot.ts"
import { resourceNumbers } from "./numbers.ts"
import type { TakenTask } from "./structure.ts"

type Draft = { -readonly [K in keyof SnapshotResource]: SnapshotResource[K] } & { holders: number[]; waiting: number[] }

/** As a primitive prints itself: kind, name and state. */
const SHOWN = /^<(\S+)(?: '(.*)')? \[(.*)\]>$/su
/** A queue with so many items is shown though nobody waits at it. */
const LARGE = 100
/** The longest name or state that is kept. */
const LONG = 200

export class Resources {
  readonly #drafts = new Map<object, Draft>()

  /** What `tasks` wait for, and what is held or filled though nobody waits for it: as it stands now. */
  constructor(tasks: readonly TakenTask[]) {
    const alive = new Set(tasks.map(({ run }) => run.id))
    for (const { run, lines } of tasks) for (const { reason } of lines) this.#add(reason, run.id)
    for (const primitive of knownPrimitives()) {
      if (this.#drafts.has(primitive)) continue
      // What a program has dropped may be there for a while: it is shown if a task that lives holds it, or it holds much.
      const shown = primitive instanceof Queue ? primitive.qsize() >= LARGE : primitive[holdersOf]().some((id) => alive.has(id))
      if (shown) this.#drafts.set(primitive, primitiveOf(primitive))
    }
  }

  get all(): SnapshotResource[] {
    return [...this.#drafts.values()].map(inWords)
  }

  /** The number of what is waited for, if it is a resource. */
  numberOf(on: object | undefined): number | undefined {
    return on === undefined ? undefined : this.#drafts.get(on)?.id
  }

  #add({ on, kind, holders = [] }: WaitReason, task: number): void {
    // Who awaits a task or a future is shown by whom it awaits.
    if (on === undefined || on instanceof Future) return
    let draft = this.#drafts.get(on)
    if (draft === undefined) {
      draft = on instanceof Primitive ? primitiveOf(on) : otherOf(on, kind)
      this.#drafts.set(on, draft)
    }
    if (on instanceof Primitive) return
    draft.waiting.push(task)
    for (const holder of holders) if (!draft.holders.includes(holder)) draft.holders.push(holder)
  }
}

/** What a primitive has printed itself as is taken apart when there is time for it. */
function inWords(draft: Draft): SnapshotResource {
  const shown = SHOWN.exec(draft.state)
  return shown === null ? draft : { ...draft, kind: shown[1] ?? draft.kind, state: (shown[3] ?? "").slice(0, LONG) }
}

function primitiveOf(primitive: Primitive): Draft {
  const waiting: number[] = []
  for (const { frame } of primitive[waitingIn]()) {
    const id = frame?.owner?.id
    if (id !== undefined) waiting.push(id)
  }
  const draft: Draft = {
    id: resourceNumbers.of(primitive),
    kind: primitive.constructor.name,
    name: primitive.name.slice(0, LONG),
    state: primitive.toString(),
    holders: [...primitive[holdersOf]()],
    waiting,
  }
  if (!(primitive instanceof Queue)) return draft
  draft.depth = primitive.qsize()
  if (primitive.maxsize > 0 && primitive.maxsize !== Infinity) draft.capacity = primitive.maxsize
  return draft
}

/** Anything that is not of `src/sync`, such as a socket or what a program has made itself. */
function otherOf(on: object, kind: string): Draft {
  const { name } = on as { name?: unknown } // whatever it is, a name is asked for and not relied on
  return {
    id: resourceNumbers.of(on),
    kind: kind === "" ? "object" : kind,
    name: typeof name === "string" ? name.slice(0, LONG) : "",
    state: "",
    holders: [],
    waiting: [],
  }
}
