/** Whether a snapshot of a random program says what its interpreter knows. */
import * as asyncio from "asyncio-ts"
import type { Scenario } from "../../../../conformance/scenario.ts"
import { snapshotNow } from "#src/inspect/agent.ts"
import type { Snapshot, SnapshotTask, SnapshotWait } from "#src/inspect/snapshot.ts"
import { renderTree } from "#src/inspect/snapshot/render-tree.ts"
import type { Random } from "../../../support/random.ts"
import { runWithOracle, type At, type Known, type OracleEnv, type ScenarioTask } from "./oracle.ts"

export interface GraphJudgement {
  /** Whether the program was stopped at all; some are too short. */
  readonly stopped: boolean
  /** Tasks that were compared, and how many of them waited. */
  readonly tasks: number
  readonly waiting: number
  /** What differs, with the tree. */
  readonly wrong: readonly string[]
}

/**
 * Stops a program at a random one of its events, within it or right after it, and compares.
 *
 * @param spoil - makes another snapshot of one, to see whether that is noticed
 */
export async function judgeGraph(scenario: Scenario, random: Random, spoil: (snapshot: Snapshot) => Snapshot = (snapshot) => snapshot): Promise<GraphJudgement> {
  // The first half of a trace has most tasks in it; that of the harness at its end is no event of the program.
  const length = scenario.trace.filter(([, who]) => who !== "harness").length
  const at = 1 + random.below(Math.max(1, length))
  const within = random.chance(50)
  let events = 0
  let stop: Stop | undefined
  await runWithOracle(scenario, (env) => {
    events += 1
    if (events !== at) return
    // Between two steps of the loop nobody runs.
    if (within) stop = new Stop(env, asyncio.currentTask(), spoil)
    else env.loop.callSoon(() => (stop = new Stop(env, undefined, spoil)))
  })
  if (stop === undefined) return { stopped: false, tasks: 0, waiting: 0, wrong: [] }
  return { stopped: true, tasks: stop.tasks, waiting: stop.waiting, wrong: stop.wrong }
}

/** Repeats of an operation that nobody sees: woken for nothing, it waits again. */
const MAY_WAIT_AGAIN = new Set(["get", "put", "b_wait", "b_reset", "b_abort", "cond_wait", "acquire", "with", "as_completed", "q_join", "taskgroup"])
const KINDS: Readonly<Record<string, string>> = {
  sleep: "sleep",
  join: "Task",
  shield: "shield",
  gather: "gather",
  gather_tasks: "gather",
  wait: "wait",
  as_completed: "asCompleted",
  wait_for: "waitFor",
  wait_for_task: "Task",
  taskgroup: "TaskGroup",
  ev_wait: "Event.wait",
  cond_wait: "Condition.wait",
  get: "Queue.get",
  put: "Queue.put",
  q_join: "Queue.join",
  b_wait: "Barrier.wait",
  fut_await: "Future",
}
/** The virtual clock is exact; a snapshot tells whole microseconds. */
const EXACT = 2e-6

class Stop {
  readonly wrong: string[] = []
  readonly #env: OracleEnv
  readonly #snapshot: Snapshot
  readonly #byId: ReadonlyMap<number, SnapshotTask>
  readonly #ids = new Map<ScenarioTask, number>()
  /** Which resource of the snapshot is which object of the program. */
  readonly #objects = new Map<string, number>()
  readonly #now: number
  tasks = 0
  waiting = 0

  constructor(env: OracleEnv, running: ScenarioTask | undefined, spoil: (snapshot: Snapshot) => Snapshot) {
    this.#env = env
    this.#now = env.loop.time()
    this.#snapshot = spoil(snapshotNow({ lines: false }))
    this.#byId = new Map(this.#snapshot.tasks.map((task) => [task.id, task]))
    for (const known of env.known.values()) this.#recognize(known.task)
    const steps = new Map([...env.known.values()].map((known) => [known, known.steps]))
    this.#compareAll(running)
    // Whatever was ready has had its turn before this is called, and nothing else.
    env.loop.callSoon(() => this.#afterwards(steps, running))
  }

  #say(text: string): void {
    this.wrong.push(this.wrong.length === 0 ? `${text}\n${renderTree(this.#snapshot, { width: 150 })}` : text)
  }

  #recognize(task: ScenarioTask): void {
    const name = task.getName()
    const [found, ...more] = this.#snapshot.tasks.filter((one) => one.name === name)
    if (more.length > 0) this.#say(`two tasks are called ${name}`)
    if (found !== undefined) this.#ids.set(task, found.id)
    if ((found === undefined) !== task.done()) this.#say(`${name} is ${task.done() ? "done" : "not done"}, but ${found === undefined ? "missing" : "shown"}`)
  }

  #compareAll(running: ScenarioTask | undefined): void {
    const known = new Set(this.#ids.values())
    for (const one of this.#env.known.values()) {
      const shown = this.#byId.get(this.#ids.get(one.task) ?? -1)
      if (shown === undefined) continue
      this.tasks += 1
      this.#compare(one, shown, one.task === running)
    }
    this.#compareUnseen(this.#snapshot.tasks.filter(({ id, name }) => !known.has(id) && name !== "harness"))
    this.#compareLocks()
    this.#compareBack()
  }

  /** Parts of a gather are first seen when they begin, and some are cancelled before that: there may be less than were made. */
  #compareUnseen(unknown: readonly SnapshotTask[]): void {
    if (unknown.some(({ state }) => state !== "not started")) this.#say(`somebody unknown has begun: ${unknown.map(({ name }) => name).join(", ")}`)
    for (const { task, label, unseen } of this.#env.known.values()) {
      const id = this.#ids.get(task)
      const own = unknown.filter(({ parent }) => parent === id)
      if (id !== undefined && own.length > unseen.length) this.#say(`${label} has made ${unseen.length} tasks that have not begun, but ${own.length} are shown`)
    }
    for (const { name, parent } of unknown) if (![...this.#ids.values()].includes(parent ?? -1) && this.#byId.has(parent ?? -1)) this.#say(`nobody can have made ${name}`)
  }

  #compare(known: Known, shown: SnapshotTask, running: boolean): void {
    const { label } = known
    const maker = known.maker === undefined ? undefined : (this.#ids.get(known.maker) ?? this.#nameless(known.maker))
    if (maker !== undefined && shown.parent !== maker) this.#say(`${label} was made by task ${maker}, not by ${shown.parent}`)
    if (running !== (shown.state === "running")) return this.#say(`${label} ${running ? "runs" : "does not run"}, but is ${shown.state}`)
    if (known.started === (shown.state === "not started")) return this.#say(`${label} has ${known.started ? "" : "not "}begun, but is ${shown.state}`)
    this.#compareScopes(known, shown)
    if (shown.state !== "waiting") {
      if (shown.waits.length > 0) this.#say(`${label} is ${shown.state}, but waits`)
      return
    }
    this.waiting += 1
    const at = known.ops.at(-1)
    const [wait, ...more] = shown.waits
    if (at === undefined || wait === undefined || more.length > 0) return this.#say(`${label} waits in ${at?.op[0] ?? "nothing"}, but for ${shown.waits.length} things are shown`)
    this.#compareWait(known, at, wait)
  }

  #nameless(task: ScenarioTask): number | undefined {
    return this.#snapshot.tasks.find(({ name }) => name === task.getName())?.id
  }

  #compareWait(known: Known, at: At, wait: SnapshotWait): void {
    const say = (what: string): void => this.#say(`${known.label} at ${JSON.stringify(at.op).slice(0, 80)}: ${what}; shown is ${JSON.stringify({ ...wait, frames: undefined })}`)
    const { op } = at
    const noTime = op[0] === "wait_for_task" && op[2] <= 0
    const kind = noTime ? "waitFor" : op[0] === "acquire" || op[0] === "with" ? `${op[1] === "sem" || op[1] === "bsem" ? "Semaphore" : "Lock"}.acquire` : KINDS[op[0]]
    if (!op[0].startsWith("b_") && wait.kind !== kind) say(`it should be ${kind}`)
    const awaits = this.#awaitsOf(known, at)
    if (awaits !== undefined) {
      const shownIds = new Set(wait.awaits)
      for (const id of awaits) if (!shownIds.has(id)) say(`it awaits ${id} too`)
      const most = awaits.size + (op[0] === "gather" ? op[1].length : op[0] === "wait_for" ? 1 : 0)
      if (shownIds.size > most || (most === awaits.size && shownIds.size !== most)) say(`it awaits ${[...awaits].join(", ")}`)
    } else if (wait.awaits.length > 0) say("it awaits no task")
    const object = objectOf(at, wait)
    if (object !== undefined && !this.#isObject(object, wait.resource)) say(`it is about ${object}`)
    this.#compareLeft(known, at, wait, say)
    const lock = op[0] === "acquire" || op[0] === "with" ? `${op[1]} ${op[2]}` : op[0] === "cond_wait" && this.#isLock(wait) ? `cond ${op[1]}` : undefined
    if (lock === undefined || lock.startsWith("sem") || lock.startsWith("bsem")) return
    const holder = this.#env.holders.get(lock)
    const holders = holder === undefined ? [] : [this.#ids.get(holder) ?? "ended"]
    if (holders.length !== wait.holders.length || (holders[0] !== "ended" && holders[0] !== wait.holders[0])) say(`${lock} is held by ${holders.join("") || "nobody"}`)
  }

  #isLock({ resource }: SnapshotWait): boolean {
    return this.#snapshot.resources.find(({ id }) => id === resource)?.kind === "Lock"
  }

  #compareLeft(known: Known, { op, began }: At, wait: SnapshotWait, say: (what: string) => void): void {
    const deadlines = known.ops.map(({ deadline }) => deadline ?? Infinity)
    if (op[0] === "sleep") deadlines.push(began + op[1] / 1000)
    // The time for all that are left runs from when the first of them was asked for.
    if (op[0] === "as_completed" && op[2] !== null) deadlines.push(began + op[2] / 1000)
    const left = Math.max(0, Math.min(...deadlines) - this.#now)
    if (left === Infinity ? wait.left !== undefined : Math.abs((wait.left ?? Infinity) - left) > EXACT) say(`${left} s are left`)
  }

  /** The tasks whose end is awaited; undefined where it is none's. Parts of a gather that have not begun are not known. */
  #awaitsOf(known: Known, at: At): ReadonlySet<number> | undefined {
    const { op } = at
    const open = (tasks: Iterable<ScenarioTask>): Set<number> => {
      const ids = new Set<number>()
      for (const task of tasks) {
        const id = task.done() ? undefined : this.#ids.get(task)
        if (id !== undefined) ids.add(id)
      }
      return ids
    }
    switch (op[0]) {
      case "join":
      case "shield":
      case "wait_for_task":
      case "gather_tasks":
      case "wait":
      case "as_completed":
        return open(at.named)
      case "taskgroup":
        return open(at.children)
      case "gather":
      case "wait_for":
        return open([...this.#env.known.values()].filter(({ maker, label }) => maker === known.task && at.parts.includes(label)).map(({ task }) => task))
      default:
        return undefined
    }
  }

  #compareScopes(known: Known, shown: SnapshotTask): void {
    const groups = known.ops.filter(({ op, inner }) => op[0] === "taskgroup" && inner > 0)
    const wanted = groups.flatMap(({ children }) => children.filter((task) => !task.done()).map((task) => this.#ids.get(task)))
    const got = (shown.scopes ?? []).flatMap(({ tasks }) => tasks)
    if (!sameSet(wanted, got)) this.#say(`${known.label} stands in groups of ${wanted.join(", ")}, but ${got.join(", ")} are shown`)
  }

  /** The same object of the program is the same resource for all, and another is another. */
  #isObject(object: string, resource: number | undefined): boolean {
    if (resource === undefined) return false
    const known = this.#objects.get(object)
    if (known !== undefined) return known === resource
    if ([...this.#objects.values()].includes(resource)) return false
    this.#objects.set(object, resource)
    return true
  }

  #compareLocks(): void {
    for (const [object, id] of this.#objects) {
      const shown = this.#snapshot.resources.find((resource) => resource.id === id)
      if (shown === undefined) this.#say(`${object} is missing`)
      else if (shown.kind === "Lock") {
        const holder = this.#env.holders.get(object)
        const want = holder === undefined ? [] : [this.#ids.get(holder)]
        const known = shown.holders.filter((one) => this.#byId.has(one))
        if (want[0] !== undefined && !sameSet(want, known)) this.#say(`${object} is held by ${want.join("")}, but ${shown.holders.join(", ")} is shown`)
      }
    }
  }

  /** Whoever is awaited is awaited by who awaits. */
  #compareBack(): void {
    for (const { id, awaitedBy } of this.#snapshot.tasks) {
      const want = this.#snapshot.tasks.filter(({ waits, scopes = [] }) => [...waits.flatMap(({ awaits }) => awaits), ...scopes.flatMap(({ tasks }) => tasks)].includes(id))
      if (!sameSet(want.map((task) => task.id), awaitedBy)) this.#say(`task ${id} is awaited by ${want.map((task) => task.id).join(", ")}, not by ${awaitedBy.join(", ")}`)
    }
  }

  #afterwards(steps: ReadonlyMap<Known, number>, running: ScenarioTask | undefined): void {
    for (const [known, before] of steps) {
      const shown = this.#byId.get(this.#ids.get(known.task) ?? -1)
      if (shown === undefined || known.task === running) continue
      const moved = known.steps > before || known.task.done()
      const op = known.ops.at(-1)?.op[0]
      if (shown.state === "waiting" && moved) this.#say(`${known.label} went on, but was said to be waiting`)
      if (shown.state === "ready" && !moved && !MAY_WAIT_AGAIN.has(op ?? "")) this.#say(`${known.label} did not go on at ${op}, but was said to be ready`)
    }
  }
}

/** What of the program's objects an operation waits for. */
function objectOf({ op }: At, { resource }: SnapshotWait): string | undefined {
  switch (op[0]) {
    case "acquire":
    case "with":
      return `${op[1]} ${op[2]}`
    case "ev_wait":
      return `event ${op[1]}`
    case "get":
    case "put":
    case "q_join":
      return `queue ${op[1]}`
    case "b_wait":
      return resource === undefined ? `barrier ${op[1]}` : undefined
    default:
      return undefined
  }
}

function sameSet(a: readonly (number | undefined)[], b: readonly (number | undefined)[]): boolean {
  return new Set(a).size === new Set(b).size && a.every((one) => b.includes(one))
}
