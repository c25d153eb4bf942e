import * as asyncio from "asyncio-ts"
import { VirtualClock } from "asyncio-ts/testing"

import { Comparison } from "./comparison.ts"
import { BY_RUNNER, type Began } from "./coverage.ts"
import { Env, program, type Operations } from "./environment.ts"
import { combinatorsInTask } from "./operations/combinators.ts"
import { contexts } from "./operations/contexts.ts"
import { control, controlInTask } from "./operations/control.ts"
import { futureStates, futureStatesInTask } from "./operations/future-states.ts"
import { futures, futuresInTask } from "./operations/futures.ts"
import { generatorsInTask } from "./operations/generators.ts"
import { loops } from "./operations/loops.ts"
import { primitives, primitivesInTask } from "./operations/primitives.ts"
import { queues, queuesInTask } from "./operations/queues.ts"
import { scopesInTask } from "./operations/scopes.ts"
import { spawningInTask } from "./operations/spawning.ts"
import { taskStates } from "./operations/task-states.ts"
import { tasks, tasksInTask } from "./operations/tasks.ts"
import type { Body, Outcome, Part, Scenario, TraceEvent, Value } from "./scenario.ts"

const DEADLINE = 60
const GIVE_UP = 120
const ROUNDS_OF_CANCELLING = 6

const operations: Operations = {
  sync: { ...control, ...tasks, ...primitives, ...queues, ...futures, ...contexts, ...loops, ...futureStates, ...taskStates },
  task: {
    ...controlInTask,
    ...tasksInTask,
    ...combinatorsInTask,
    ...scopesInTask,
    ...primitivesInTask,
    ...queuesInTask,
    ...futuresInTask,
    ...futureStatesInTask,
    ...spawningInTask,
    ...generatorsInTask,
  },
}

/** What a scenario may be made of; `BY_RUNNER` stands for one that a `Runner` runs. */
export const OPERATIONS: readonly string[] = [...Object.keys(operations.sync), ...Object.keys(operations.task), BY_RUNNER]

/** What became of a scenario that did not give CPython's trace. */
export interface Failure {
  /** The number of the first event that differs; undefined if every event came as it should. */
  readonly at?: number
  /** Our trace, up to a few events after that. */
  readonly got: readonly TraceEvent[]
  /** What went wrong beside the trace, if anything did. */
  readonly trouble?: unknown
}

/** A scenario that has been started, and can be given up from outside. */
export interface Running {
  /** Undefined if the trace is CPython's. */
  readonly result: Promise<Failure | undefined>
  /** Fails the scenario at once, whatever its loop does. */
  giveUp(trouble: unknown): void
}

/**
 * Starts a scenario on a loop of its own, in debug mode if asked, in the very segment of code that calls this.
 *
 * @param began - is told of each operation that begins
 */
export function start(scenario: Scenario, debug = false, began?: Began): Running {
  const comparison = new Comparison(scenario.trace)
  const harness: { env?: Env } = {}
  let giveUp: (trouble: unknown) => void = () => undefined
  const result = new Promise<Failure | undefined>((resolve) => {
    giveUp = (trouble) =>
      resolve({ got: comparison.got, trouble, ...(comparison.complete ? {} : { at: comparison.same }) })
    const running = scenario.runs === undefined ? runToEnd(scenario, comparison, harness, debug, began) : runByRunner(scenario, scenario.runs, comparison, harness, debug, began)
    running.then((trouble) => {
      if (comparison.complete && trouble === undefined) resolve(undefined)
      else giveUp(harness.env?.unheardOf ?? trouble)
    }, giveUp)
  })
  return { result, giveUp }
}

async function runToEnd(scenario: Scenario, comparison: Comparison, harness: { env?: Env }, debug: boolean, began?: Began): Promise<unknown> {
  const loop = new asyncio.EventLoop({ clock: new VirtualClock() })
  if (debug) loop.setDebug(true)
  loop.setExceptionHandler(() => undefined)
  const task = loop.createTask(supervise(scenario, loop, comparison, harness, began))
  task.addDoneCallback(() => loop.stop())
  try {
    await loop.runForever()
  } finally {
    loop.close()
  }
  if (!task.done()) return comparison.complete ? `stopped before ${GIVE_UP} s were over` : undefined
  return task.cancelled() ? "the harness was cancelled" : task.exception()
}

/** Has a `Runner` run the bodies one after the other: what one leaves behind goes on in the next. */
async function runByRunner(
  scenario: Scenario,
  runs: readonly Part[],
  comparison: Comparison,
  harness: { env?: Env },
  debug: boolean,
  began?: Began,
): Promise<unknown> {
  began?.one(BY_RUNNER)
  const runner = new asyncio.Runner({ debug, loopFactory: () => new asyncio.EventLoop({ clock: new VirtualClock() }) })
  const loop = runner.getLoop()
  loop.setExceptionHandler(() => undefined)
  for (const [label, body] of runs) {
    let end: Outcome
    try {
      end = ["value", await runner.run(runOf(scenario, label, body, loop, comparison, harness, began))]
    } catch (error) {
      if (harness.env === undefined) throw error
      end = harness.env.outcome(error)
    }
    harness.env?.log("harness", `run ${label}`, end)
  }
  await runner.close()
  const { env } = harness
  if (env === undefined) return "no run began"
  env.log("harness", "closed", ["value", loop.isClosed()])
  for (const [label, task] of env.tasks) env.log("harness", label, task.done() ? ending(env, task) : ["pending"])
  comparison.end()
  return undefined
}

const runOf = asyncio.coroutine(async function runOf(
  scenario: Scenario,
  label: string,
  body: Body,
  loop: asyncio.EventLoop,
  comparison: Comparison,
  harness: { env?: Env },
  began?: Began,
): Promise<Value> {
  const env = (harness.env ??= new Env(scenario, loop, comparison, operations, began))
  const me = asyncio.currentTask() as asyncio.Task<Value> // of this very coroutine
  me.setName(label)
  env.tasks.set(label, me)
  const deadline = loop.callLater(DEADLINE, () => void me.cancel("deadline"))
  try {
    return await program(env, label, body)
  } finally {
    deadline.cancel()
  }
})

/** Runs the scenario's main task, then cancels what is left until nothing is. */
const supervise = asyncio.coroutine(async function supervise(
  scenario: Scenario,
  loop: asyncio.EventLoop,
  comparison: Comparison,
  harness: { env?: Env },
  began?: Began,
): Promise<void> {
  const env = new Env(scenario, loop, comparison, operations, began)
  harness.env = env
  const main = asyncio.createTask(program(env, "main", scenario.main), { name: "main" })
  env.tasks.set("main", main)
  const deadline = loop.callLater(DEADLINE, () => void main.cancel("deadline"))
  const giveUp = loop.callLater(GIVE_UP, () => loop.stop())
  await asyncio.wait([main])
  deadline.cancel()
  for (let round = 1; ; round++) {
    const left = [...env.tasks.values()].filter((task) => !task.done())
    env.log("harness", "still running", ["value", left.map((task) => task.getName())])
    if (left.length === 0) break
    if (round === ROUNDS_OF_CANCELLING) throw new Error("tasks keep spawning tasks")
    for (const task of left) task.cancel()
    await asyncio.wait(left)
  }
  giveUp.cancel()
  for (const [label, task] of env.tasks) env.log("harness", label, ending(env, task))
  comparison.end()
})

function ending(env: Env, task: asyncio.Task<Value>): Outcome {
  if (task.cancelled()) return ["cancelled"]
  const error: unknown = task.exception()
  return error === undefined || error === null ? ["value", task.result()] : env.outcome(error)
}
