import * as asyncio from "asyncio-ts"
import { VirtualClock } from "asyncio-ts/testing"

import { Comparison } from "./comparison.ts"
import { Env, program, type Operations } from "./environment.ts"
import { combinatorsInTask } from "./operations/combinators.ts"
import { control, controlInTask } from "./operations/control.ts"
import { futures, futuresInTask } from "./operations/futures.ts"
import { primitives, primitivesInTask } from "./operations/primitives.ts"
import { queues, queuesInTask } from "./operations/queues.ts"
import { scopesInTask } from "./operations/scopes.ts"
import { tasks, tasksInTask } from "./operations/tasks.ts"
import type { Outcome, Scenario, TraceEvent, Value } from "./scenario.ts"

const DEADLINE = 60
const GIVE_UP = 120
const ROUNDS_OF_CANCELLING = 6

const operations: Operations = {
  sync: { ...control, ...tasks, ...primitives, ...queues, ...futures },
  task: {
    ...controlInTask,
    ...tasksInTask,
    ...combinatorsInTask,
    ...scopesInTask,
    ...primitivesInTask,
    ...queuesInTask,
    ...futuresInTask,
  },
}

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

/** Starts a scenario on a loop of its own, in the very segment of code that calls this. */
export function start(scenario: Scenario): Running {
  const comparison = new Comparison(scenario.trace)
  const harness: { env?: Env } = {}
  let giveUp: (trouble: unknown) => void = () => undefined
  const result = new Promise<Failure | undefined>((resolve) => {
    giveUp = (trouble) =>
      resolve({ got: comparison.got, trouble, ...(comparison.complete ? {} : { at: comparison.same }) })
    runToEnd(scenario, comparison, harness).then((trouble) => {
      if (comparison.complete && trouble === undefined) resolve(undefined)
      else giveUp(harness.env?.unheardOf ?? trouble)
    }, giveUp)
  })
  return { result, giveUp }
}

async function runToEnd(scenario: Scenario, comparison: Comparison, harness: { env?: Env }): Promise<unknown> {
  const loop = new asyncio.EventLoop({ clock: new VirtualClock() })
  loop.setExceptionHandler(() => undefined)
  const task = loop.createTask(supervise(scenario, loop, comparison, harness))
  task.addDoneCallback(() => loop.stop())
  try {
    await loop.runForever()
  } finally {
    loop.close()
  }
  if (!task.done()) return comparison.complete ? `stopped before ${GIVE_UP} s were over` : undefined
  return task.cancelled() ? "the harness was cancelled" : task.exception()
}

/** Runs the scenario's main task, then cancels what is left until nothing is. */
const supervise = asyncio.coroutine(async function supervise(
  scenario: Scenario,
  loop: asyncio.EventLoop,
  comparison: Comparison,
  harness: { env?: Env },
): Promise<void> {
  const env = new Env(scenario, loop, comparison, operations)
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
