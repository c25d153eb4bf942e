/**
 * Tasks of which none can go on before another of them does.
 *
 * What is judged is the graph of a snapshot. A task *goes on* if it runs, is ready, or waits for
 * something that others than tasks may bring. Whoever waits for a task, or for what certain tasks
 * hold, goes on if one of those does. Whoever waits for what anybody may bring, such as an event
 * or an item of a queue, goes on if anything at all does: a task, a timer or a connection.
 * What is left when all that has been followed cannot go on.
 *
 * Rejected: to guess from who has put into a queue before who may put next. A program that starts
 * a producer late would be called hung.
 */
import type { Snapshot, SnapshotDeadlock, SnapshotTask, SnapshotWait } from "../snapshot.ts"
import { shortestCircle, stronglyConnected } from "./circles.ts"
import { list, quoted } from "./words.ts"

/** What of a snapshot is judged. */
export type Judged = Pick<Snapshot, "tasks" | "resources" | "loops" | "handles">

/** Kinds of which each permit is somebody's until that one gives it back. */
const HELD = new Set(["Lock", "BoundedSemaphore"])
/** The same, unless it is used to give signals: then who took a permit is not who will give one. */
const COUNTED = "Semaphore"
/** A semaphore keeps no more in mind: then there may be others. */
const REMEMBERED = 16
/** So many steps of a circle are put into words. */
const SHOWN = 12
/** What the host has open without anybody's being called by it. */
const IDLE = new Set(["TTYWrap"])

/**
 * The deadlocks in a snapshot, circles first; `snapshot.deadlocks` has them already, and this is for
 * one that was read from a file or cut down. What a timeout, another line or the host may still end
 * is none.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { findDeadlocks, snapshotNow } from "asyncio-ts/inspect"
 *
 * await asyncio.run(async () => {
 *   const [till, shelf] = [new asyncio.Lock({ name: "till" }), new asyncio.Lock({ name: "shelf" })]
 *   const both = (first: asyncio.Lock, second: asyncio.Lock) => () =>
 *     first.run(async () => {
 *       await asyncio.sleep(0.01)
 *       await second.run(() => undefined)
 *     })
 *   const tasks = [asyncio.createTask(both(till, shelf)), asyncio.createTask(both(shelf, till))]
 *   await asyncio.sleep(0.05)
 *   console.log(findDeadlocks(snapshotNow()).map(({ tasks }) => tasks.length)) // -> [ 2 ]
 *   for (const task of tasks) task.cancel()
 * })
 * ```
 */
export function findDeadlocks(snapshot: Judged): SnapshotDeadlock[] {
  const graph = new Graph(snapshot)
  graph.follow()
  const circles = graph.circles()
  const left = graph.orphans(new Set(circles.flatMap(({ tasks }) => tasks)))
  return left === undefined ? circles : [...circles, left]
}

class Graph {
  readonly #snapshot: Judged
  readonly #tasks: ReadonlyMap<number, SnapshotTask>
  readonly #kinds: ReadonlyMap<number, Judged["resources"][number]>
  /** Those that cannot go on, as far as was followed. */
  readonly #stuck = new Set<number>()
  /** Who waits for a task, or for what it holds. */
  readonly #dependents = new Map<number, number[]>()
  readonly #targets = new Map<SnapshotWait, readonly number[] | null>()

  constructor(snapshot: Judged) {
    this.#snapshot = snapshot
    this.#tasks = new Map(snapshot.tasks.map((task) => [task.id, task]))
    this.#kinds = new Map(snapshot.resources.map((resource) => [resource.id, resource]))
  }

  follow(): void {
    for (const task of this.#snapshot.tasks) if (couldBeStuck(task)) this.#stuck.add(task.id)
    if (this.#stuck.size === 0) return
    for (const task of this.#snapshot.tasks) {
      if (!this.#stuck.has(task.id)) continue
      for (const wait of task.waits) {
        for (const target of this.#targetsOf(task, wait) ?? []) {
          const known = this.#dependents.get(target)
          if (known === undefined) this.#dependents.set(target, [task.id])
          else known.push(task.id)
        }
      }
    }
    const going = this.#snapshot.tasks.filter(({ id }) => !this.#stuck.has(id)).map(({ id }) => id)
    this.#free(going)
    if (this.#stuck.size < this.#tasks.size || this.#hostMayAct()) this.#free(this.#waitingForAnybody())
  }

  circles(): SnapshotDeadlock[] {
    const next = new Map<number, readonly number[]>()
    for (const id of this.#stuck) {
      const task = this.#tasks.get(id)
      if (task !== undefined) next.set(id, task.waits.flatMap((wait) => (this.#targetsOf(task, wait) ?? []).filter((target) => this.#stuck.has(target))))
    }
    return stronglyConnected([...this.#stuck], (id) => next.get(id) ?? []).map((members) => {
      const within = new Set(members)
      const circle = shortestCircle(members, (id) => (next.get(id) ?? []).filter((target) => within.has(target)))
      return this.#circle(members.sort((a, b) => a - b), circle)
    })
  }

  /** Those that wait for what nobody is left to bring, and whoever waits for them. */
  orphans(told: ReadonlySet<number>): SnapshotDeadlock | undefined {
    const found = new Set<number>()
    const todo = this.#waitingForAnybody()
    for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
      if (found.has(id) || told.has(id)) continue
      found.add(id)
      for (const dependent of this.#dependents.get(id) ?? []) if (this.#stuck.has(dependent)) todo.push(dependent)
    }
    if (found.size === 0) return undefined
    const tasks = [...found].sort((a, b) => a - b)
    const first = tasks.map((id) => this.#tasks.get(id)).find((task) => task?.waits.some((wait) => this.#targetsOf(task, wait) === null))
    const wait = first?.waits[0]?.text ?? "something"
    const all = tasks.length === 1 ? `${this.#name(tasks[0])} waits` : `${list(tasks.map((id) => this.#name(id)))} wait for each other`
    const text = `${all}${tasks.length === 1 ? ` for ${wait}` : `, ${quoted(first?.name ?? "")} for ${wait}`}; no other task, timer or connection is left that could end it`
    return { how: "suspected", tasks, text, ...this.#between(tasks) }
  }

  #circle(members: readonly number[], circle: readonly number[]): SnapshotDeadlock {
    let certain = true
    // A circle of thousands is told of by its beginning.
    const steps = circle.map((id, index) => {
      const to = circle[(index + 1) % circle.length]
      const task = this.#tasks.get(id)
      const wait = task?.waits.find((one) => (this.#targetsOf(task, one) ?? []).includes(to ?? -1))
      if (wait?.awaits.includes(to ?? -1) === true) return `${this.#name(id)} awaits ${this.#name(to)}`
      certain = false
      const what = this.#kinds.get(wait?.resource ?? -1)
      return `${this.#name(id)} waits for ${what === undefined ? (wait?.kind ?? "something") : wordsFor(what.kind, what.name)} held by ${to === id ? "itself" : this.#name(to)}`
    })
    const more = members.length - circle.length
    const shown = steps.length <= SHOWN ? steps : [...steps.slice(0, SHOWN - 1), `and so on, ${(steps.length - SHOWN).toLocaleString("en")} more, until`, steps.at(-1)]
    const text = `${shown.join(", ")}${more > 0 ? `; ${more} more are in the same knot` : ""}`
    return { how: certain ? "certain" : "suspected", tasks: members, text, ...this.#between(members) }
  }

  #between(ids: readonly number[]): { resources?: readonly number[] } {
    const resources = new Set<number>()
    for (const id of ids) for (const { resource } of this.#tasks.get(id)?.waits ?? []) if (resource !== undefined) resources.add(resource)
    return resources.size === 0 ? {} : { resources: [...resources] }
  }

  #name(id: number | undefined): string {
    return quoted(this.#tasks.get(id ?? -1)?.name ?? `task ${id}`)
  }

  /** These go on, and so does whoever waits for them. */
  #free(going: number[]): void {
    const todo = going
    for (const id of going) this.#stuck.delete(id)
    for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
      for (const dependent of this.#dependents.get(id) ?? []) if (this.#stuck.delete(dependent)) todo.push(dependent)
    }
  }

  #waitingForAnybody(): number[] {
    return [...this.#stuck].filter((id) => {
      const task = this.#tasks.get(id)
      return task?.waits.some((wait) => this.#targetsOf(task, wait) === null)
    })
  }

  #hostMayAct(): boolean {
    const { loops, handles = [] } = this.#snapshot
    if (loops.some(({ ready, hostOperations, callbacks = 0 }) => ready > 0 || hostOperations > 0 || callbacks > 0)) return true
    // A virtual clock stands still while the host has something to do for its loop.
    return loops.some(({ clock }) => clock === "system") && handles.some((handle) => !IDLE.has(handle))
  }

  /** The tasks that alone can end a wait; null if anybody can. */
  #targetsOf(task: SnapshotTask, wait: SnapshotWait): readonly number[] | null {
    let targets = this.#targets.get(wait)
    if (targets !== undefined) return targets
    targets = this.#findTargets(task, wait)
    this.#targets.set(wait, targets)
    return targets
  }

  #findTargets(task: SnapshotTask, { awaits, holders, resource }: SnapshotWait): readonly number[] | null {
    if (awaits.length > 0) return awaits
    if (holders.length === 0) return null
    const what = this.#kinds.get(resource ?? -1)
    if (what === undefined || HELD.has(what.kind)) return this.#known(holders)
    if (what.kind !== COUNTED || what.holders.length >= REMEMBERED) return null
    // One who took a permit and wants another seems to count things with it, which others bring.
    return holders.includes(task.id) || holders.some((id) => what.waiting.includes(id)) ? null : this.#known(holders)
  }

  /** What a task that has ended holds is never given back, unless by somebody else. */
  #known(holders: readonly number[]): readonly number[] | null {
    const known = holders.filter((id) => this.#tasks.has(id))
    return known.length === 0 ? null : known
  }
}

function couldBeStuck({ state, waits }: SnapshotTask): boolean {
  return (state === "waiting" || state === "left behind") && waits.length > 0 && waits.every(({ internal }) => internal)
}

function wordsFor(kind: string, name: string): string {
  return name === "" ? `a ${kind}` : `${kind.toLowerCase()} ${quoted(name)}`
}
