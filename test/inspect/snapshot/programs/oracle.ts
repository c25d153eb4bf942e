/**
 * What the interpreter of random programs knows of them while they run: at which operation each
 * task stands, what it waits for there, and who holds which lock. None of it is asked of the
 * library; a task is only recognized, by its name or number.
 */
import * as asyncio from "asyncio-ts"
import { VirtualClock } from "asyncio-ts/testing"
import { Comparison } from "../../../../conformance/comparison.ts"
import { Env, program, type Flow, type Operations, type Scope } from "../../../../conformance/environment.ts"
import { combinatorsInTask } from "../../../../conformance/operations/combinators.ts"
import { control, controlInTask } from "../../../../conformance/operations/control.ts"
import { futures, futuresInTask } from "../../../../conformance/operations/futures.ts"
import { primitives, primitivesInTask } from "../../../../conformance/operations/primitives.ts"
import { queues, queuesInTask } from "../../../../conformance/operations/queues.ts"
import { scopesInTask } from "../../../../conformance/operations/scopes.ts"
import { tasks, tasksInTask } from "../../../../conformance/operations/tasks.ts"
import type { Body, Op, Outcome, Scenario } from "../../../../conformance/scenario.ts"

export type ScenarioTask = asyncio.Task<unknown>

/** An operation that a task is in. */
export interface At {
  readonly op: Op
  /** Seconds of the loop's clock at which it began. */
  readonly began: number
  /** Bodies that it runs now, and has run. */
  inner: number
  bodies: number
  /** Of a group: the tasks that were made in it. */
  readonly children: ScenarioTask[]
  /** Of a timeout: when it is over. */
  deadline: number | null
  /** The tasks that it names, as they were when it began. */
  readonly named: readonly ScenarioTask[]
  /** Of tasks made by gather: the labels of its parts. */
  readonly parts: readonly string[]
}

/** What is known of a task. */
export class Known {
  readonly task: ScenarioTask
  /** What it is called in the program. */
  readonly label: string
  /** Who made it. */
  readonly maker: ScenarioTask | undefined
  started = false
  readonly ops: At[] = []
  /** Labels of the tasks that it has made and that have not been seen to begin: of gather, and what waitFor has no time for. */
  readonly unseen: string[] = []
  /** How often it has been seen to do something. */
  steps = 0

  constructor(task: ScenarioTask, label: string, maker: ScenarioTask | undefined) {
    this.task = task
    this.label = label
    this.maker = maker
  }
}

const tables = {
  sync: { ...control, ...tasks, ...primitives, ...queues, ...futures },
  task: { ...controlInTask, ...tasksInTask, ...combinatorsInTask, ...scopesInTask, ...primitivesInTask, ...queuesInTask, ...futuresInTask },
}

/** The environment of one program, which keeps in mind what happens in it. */
export class OracleEnv extends Env {
  readonly known = new Map<ScenarioTask, Known>()
  /** Who holds each lock; a condition's own is `cond N`. */
  readonly holders = new Map<string, ScenarioTask>()
  /** Called with each event, when what it says is known. */
  readonly #onEvent: (env: OracleEnv) => void

  constructor(scenario: Scenario, loop: asyncio.EventLoop, onEvent: (env: OracleEnv) => void) {
    const knowing: { env: OracleEnv | undefined } = { env: undefined }
    super(scenario, loop, new Comparison([]), watched(knowing))
    knowing.env = this
    this.#onEvent = onEvent
  }

  get current(): Known | undefined {
    const task = asyncio.currentTask()
    return task === undefined ? undefined : this.known.get(task)
  }

  /** A task of the program, which is seen when it is made or when it first does something. */
  meet(task: ScenarioTask, label: string, maker: ScenarioTask | undefined): Known {
    let known = this.known.get(task)
    if (known === undefined) {
      known = new Known(task, label, maker)
      this.known.set(task, known)
    }
    return known
  }

  override log(who: string, text: string, result?: Outcome): void {
    const task = asyncio.currentTask()
    if (task !== undefined && text === "start") this.#started(task, who)
    const current = task === undefined ? undefined : this.known.get(task)
    if (current !== undefined) current.steps += 1
    if (result === undefined) this.#learn(current, text)
    if (who !== "harness") this.#onEvent(this)
  }

  /** What an event says of locks, tasks and deadlines. */
  #learn(current: Known | undefined, text: string): void {
    const [name = "", ...rest] = text.split(" ")
    const lock = rest.join(" ")
    if (name === "exit" || name === "release") this.holders.delete(lock)
    if (current === undefined) return
    if (name === "acquire" || name === "enter") this.holders.set(lock, current.task)
    else if (name === "cond_wait") this.holders.set(`cond ${lock}`, current.task)
    else if (name === "spawn" || name === "tg_spawn") this.#made(current, name, lock)
    else if (name === "reschedule") {
      const timeout = current.ops.findLast(({ op }) => op[0] === "timeout")
      if (timeout !== undefined) timeout.deadline = lock === "None" ? null : this.loop.time() + Number(lock) / 1000
    }
  }

  #made(maker: Known, how: string, label: string): void {
    const task = this.tasks.get(label)
    if (task === undefined) return
    this.meet(task, label, maker.task)
    if (how === "tg_spawn") maker.ops.findLast(({ op }) => op[0] === "taskgroup")?.children.push(task)
  }

  /** The parts of a gather, and what waitFor has no time for, are first seen when they begin. */
  #started(task: ScenarioTask, who: string): void {
    const maker = [...this.known.values()].find(({ unseen }) => unseen.includes(who))
    if (maker !== undefined && !this.known.has(task)) maker.unseen.splice(maker.unseen.indexOf(who), 1)
    const known = this.meet(task, who, maker?.task)
    known.started = true
  }

  override async run(scope: Scope, body: Body): Promise<Flow> {
    const at = this.current?.ops.at(-1)
    if (at !== undefined) {
      at.inner += 1
      at.bodies += 1
    }
    try {
      return await super.run(scope, body)
    } finally {
      if (at !== undefined) at.inner -= 1
    }
  }
}

/** The operations, each of which says when it begins and ends. */
function watched(knowing: { env: OracleEnv | undefined }): Operations {
  const inTask = Object.fromEntries(
    Object.entries(tables.task).map(([name, operation]) => [
      name,
      async (env: Env, scope: Scope, op: Op): Promise<Flow> => {
        const oracle = knowing.env
        const current = oracle?.current
        const call = operation as (env: Env, scope: Scope, op: Op) => Promise<Flow> // the table is keyed by name
        if (oracle === undefined || current === undefined) return call(env, scope, op)
        const at: At = {
          op,
          began: env.loop.time(),
          inner: 0,
          bodies: 0,
          children: [],
          deadline: deadlineOf(op, env.loop.time()),
          named: labelsOf(op).flatMap((label) => env.tasks.get(label) ?? []),
          parts: op[0] === "gather" ? op[1].map(([label]) => label) : op[0] === "wait_for" ? [`${scope.label}/${op[1]}`] : [],
        }
        current.steps += 1
        if (op[0] === "cond_wait" && oracle.conditions[op[1]]?.locked() === true) oracle.holders.delete(`cond ${op[1]}`)
        current.ops.push(at)
        if (op[0] === "gather" || (op[0] === "wait_for" && op[3] !== null && op[3] <= 0)) current.unseen.push(...at.parts)
        try {
          return await call(env, scope, op)
        } catch (error) {
          // Cancelled, it holds the lock again all the same.
          if (op[0] === "cond_wait") oracle.holders.set(`cond ${op[1]}`, current.task)
          if (op[0] === "with" && at.bodies > 0) oracle.holders.delete(`${op[1]} ${op[2]}`)
          throw error
        } finally {
          current.steps += 1
          current.ops.pop()
        }
      },
    ]),
  )
  return { sync: tables.sync, task: inTask } as unknown as Operations // each under its own name, as before
}

/** When an operation gives up by itself, in seconds of the loop's clock. */
function deadlineOf(op: Op, now: number): number | null {
  const ms = op[0] === "timeout" ? op[1] : op[0] === "wait_for" ? op[3] : op[0] === "wait_for_task" || op[0] === "wait" ? op[2] : null
  // With no time at all it does not wait for a time, but for the end of what it has cancelled.
  return ms === null || (op[0].startsWith("wait_for") && ms <= 0) ? null : now + ms / 1000
}

function labelsOf(op: Op): readonly string[] {
  switch (op[0]) {
    case "join":
    case "shield":
    case "wait_for_task":
      return [op[1]]
    case "gather_tasks":
    case "wait":
    case "as_completed":
      return op[1]
    default:
      return []
  }
}

const DEADLINE = 60
const GIVE_UP = 120
const ROUNDS = 6

/** Runs a program to its end, and calls `onEvent` with each event of it. */
export async function runWithOracle(scenario: Scenario, onEvent: (env: OracleEnv) => void): Promise<void> {
  const loop = new asyncio.EventLoop({ clock: new VirtualClock() })
  loop.setExceptionHandler(() => undefined)
  const env = new OracleEnv(scenario, loop, onEvent)
  const supervise = asyncio.coroutine("supervise", async (): Promise<void> => {
    const main = asyncio.createTask(program(env, "main", scenario.main), { name: "main" })
    env.meet(main, "main", asyncio.currentTask())
    env.tasks.set("main", main)
    const deadline = loop.callLater(DEADLINE, () => void main.cancel("deadline"))
    const giveUp = loop.callLater(GIVE_UP, () => loop.stop())
    await asyncio.wait([main])
    deadline.cancel()
    for (let round = 1; round < ROUNDS; round += 1) {
      const left = [...env.tasks.values()].filter((task) => !task.done())
      if (left.length === 0) break
      for (const task of left) task.cancel()
      await asyncio.wait(left)
    }
    giveUp.cancel()
  })
  const task = loop.createTask(supervise(), { name: "harness" })
  task.addDoneCallback(() => loop.stop())
  try {
    await loop.runForever()
  } finally {
    loop.close()
  }
}
