/**
 * A snapshot of what runs under this copy of the library.
 */
import { host } from "../../host/host.ts"
import type { Snapshot } from "../snapshot.ts"
import { findDeadlocks } from "./deadlocks.ts"
import { watchedLeaks } from "./leak-watch.ts"
import { findLeaks } from "./leaks.ts"
import { DescribedTasks, type Words } from "./describe-tasks.ts"
import { forgottenIterators } from "./open-events.ts"
import { atOnce, inPieces } from "./pieces.ts"
import { takePools } from "./pools.ts"
import { Resources } from "./resources.ts"
import { takeStructure } from "./structure.ts"

/** How a snapshot is taken. */
export interface SnapshotOptions {
  /** Whether to say at which lines tasks await; true by default. That is most of the work. */
  readonly lines?: boolean | undefined
  /** Whether the host may be asked for the places of functions; not while a debugger has stopped it. */
  readonly functions?: boolean | undefined
}

/** What only the host knows of a process. */
export interface ProcessFacts {
  readonly pid: number
  readonly node: string
  readonly program: string
  readonly takenAt: string
  readonly uptime: number
  readonly handles?: readonly string[]
}

/** All at once. */
export function ownSnapshotNow(facts: ProcessFacts, options: SnapshotOptions = {}): Snapshot {
  const from = host.now()
  const draft = new Draft(facts, { lines: options.lines !== false, functions: options.functions === true })
  atOnce(draft.steps())
  return draft.end(host.now() - from)
}

/** What tasks wait for at once, and the rest in pieces. */
export async function takeOwnSnapshot(facts: ProcessFacts, options: SnapshotOptions = {}): Promise<Snapshot> {
  const from = host.now()
  const draft = new Draft(facts, { lines: options.lines !== false, functions: options.functions !== false })
  const taken = host.now() - from
  return draft.end(Math.max(taken, await inPieces(draft.steps())))
}

class Draft {
  readonly #facts: ProcessFacts
  readonly #structure = takeStructure()
  readonly #resources = new Resources(this.#structure.tasks)
  readonly #pools = takePools()
  readonly #tasks: DescribedTasks
  #judgement: Pick<Snapshot, "deadlocks" | "leaks"> = { deadlocks: [], leaks: [] }

  constructor(facts: ProcessFacts, words: Words) {
    this.#facts = facts
    this.#tasks = new DescribedTasks(this.#structure, this.#resources, words)
  }

  *steps(): Generator<void> {
    yield* this.#tasks.steps()
    const judged = { tasks: this.#tasks.all, loops: this.#structure.loops, resources: this.#resources.all, handles: this.#facts.handles ?? [] }
    const deadlocks = findDeadlocks(judged)
    yield
    this.#judgement = { deadlocks, leaks: [...findLeaks(judged), ...forgottenIterators(), ...watchedLeaks()] }
  }

  end(paused: number): Snapshot {
    const { loops } = this.#structure
    return { version: 1, ...this.#facts, paused, loops, tasks: this.#tasks.all, resources: this.#resources.all, pools: this.#pools, ...this.#judgement }
  }
}
