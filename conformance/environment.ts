import * as asyncio from "asyncio-ts"

import type { Began } from "./coverage.ts"
import type { Comparison } from "./comparison.ts"
import { gathered, isUnheardOf, outcome } from "./outcome.ts"
import { what } from "./python-text.ts"
import type { Body, LockKind, Op, OpOf, Outcome, Scenario, SyncOp, TaskOp, Value } from "./scenario.ts"

/** A body that returned, with its value; undefined for one that came to its end. */
export type Flow = { readonly value: Value } | undefined

/** What the operations that never suspend do; each gives the outcome that the trace shows. */
export type SyncOps = { readonly [N in SyncOp[0]]: (env: Env, op: OpOf<N>) => Outcome | undefined }

/** What the operations that need a task do; each logs for itself. */
export type TaskOps = { readonly [N in TaskOp[0]]: (env: Env, scope: Scope, op: OpOf<N>) => Promise<Flow> }

export interface Operations {
  readonly sync: SyncOps
  readonly task: TaskOps
}

// The tables are keyed by name; that an operation fits the entry under its own name is
// beyond what the compiler can follow.
type AnySync = (env: Env, op: Op) => Outcome | undefined
type AnyTask = (env: Env, scope: Scope, op: Op) => Promise<Flow>

/** How many cancellations `steps` survives. */
const SWALLOWED = 2

/** What a body sees: its task's label, and the innermost task group and timeout. */
export class Scope {
  readonly label: string
  readonly group: asyncio.TaskGroup | undefined
  readonly timeout: asyncio.Timeout | undefined

  constructor(label: string, group?: asyncio.TaskGroup, timeout?: asyncio.Timeout) {
    this.label = label
    this.group = group
    this.timeout = timeout
  }

  inGroup(group: asyncio.TaskGroup): Scope {
    return new Scope(this.label, group, this.timeout)
  }

  inTimeout(timeout: asyncio.Timeout): Scope {
    return new Scope(this.label, this.group, timeout)
  }
}

type Acquirable = asyncio.Lock | asyncio.Semaphore | asyncio.Condition

/** One scenario being run: its objects, its tasks by label, and its trace so far. */
export class Env {
  readonly loop: asyncio.EventLoop
  readonly comparison: Comparison
  readonly tasks = new Map<string, asyncio.Task<Value>>()
  readonly variable = new asyncio.ContextVar<Value>("var", { default: "unset" })
  readonly locks: Readonly<Record<LockKind, readonly Acquirable[]>>
  readonly events: readonly asyncio.Event[]
  readonly conditions: readonly asyncio.Condition[]
  readonly barriers: readonly asyncio.Barrier[]
  readonly queues: readonly asyncio.Queue<number>[]
  readonly futures: asyncio.Future<number>[]
  readonly contexts: asyncio.Context[]
  readonly handles: (asyncio.Handle | null)[] = [null, null, null]
  readonly tokens: (asyncio.Token<Value> | null)[] = [null, null]
  readonly listeners: readonly (() => void)[]
  readonly handlers: readonly asyncio.ExceptionHandler[]
  /** The first error that no trace can hold: a defect of the library or of the interpreter. */
  unheardOf: unknown
  readonly #operations: Operations
  readonly #began: Began | undefined

  constructor(scenario: Scenario, loop: asyncio.EventLoop, comparison: Comparison, operations: Operations, began?: Began) {
    const { objects } = scenario
    this.loop = loop
    this.comparison = comparison
    this.#operations = operations
    this.conditions = times(objects.conds, () => new asyncio.Condition())
    this.locks = {
      lock: times(objects.locks, () => new asyncio.Lock()),
      sem: (objects.sems ?? []).map((value) => new asyncio.Semaphore(value)),
      bsem: (objects.bsems ?? []).map((value) => new asyncio.BoundedSemaphore(value)),
      cond: this.conditions,
    }
    this.events = times(objects.events, () => new asyncio.Event())
    this.barriers = (objects.barriers ?? []).map((parties) => new asyncio.Barrier(parties))
    const kinds = { fifo: asyncio.Queue, lifo: asyncio.LifoQueue, prio: asyncio.PriorityQueue }
    this.queues = (objects.queues ?? []).map(([kind, size]) => new kinds[kind]<number>(size))
    this.futures = times(objects.futs, () => loop.createFuture<number>())
    this.#began = began
    this.contexts = [asyncio.copyContext(), asyncio.copyContext()]
    this.listeners = [0, 1].map((k) => () => this.log("callback", `listener ${k}`, ["value", this.variable.get()]))
    this.handlers = [0, 1].map((k) => (_loop, context) => this.#told(k, context))
    const [handler] = this.handlers
    if (scenario.profile === "wide" && handler !== undefined) loop.setExceptionHandler(handler)
  }

  /** What the loop tells a handler, but for what it tells of at a time of its own. */
  #told(k: number, { message, exception, handle }: asyncio.ExceptionContext): void {
    if (handle === undefined && !message.startsWith("own ")) return
    this.log("handler", `told ${k}`, exception === undefined ? ["value", message] : this.outcome(exception))
  }

  /** The label of a task of the scenario; undefined for one that has none. */
  labelOf(task: unknown): string | undefined {
    for (const [label, mine] of this.tasks) if (mine === task) return label
    return undefined
  }

  /** A callback that does `op`. */
  callback(op: Op): () => void {
    return () => void this.sync("callback", op)
  }

  log(who: string, text: string, result?: Outcome): void {
    const ms = Math.round(this.loop.time() * 1000)
    const wanted = this.comparison.add(result === undefined ? [ms, who, text] : [ms, who, text, result])
    // Nothing that happens after a difference is of use, and it need not ever end.
    if (!wanted) this.loop.stop()
  }

  /** How an error stands in the trace. */
  outcome(error: unknown): Outcome {
    if (isUnheardOf(error)) this.unheardOf ??= error
    return outcome(error)
  }

  /** How the results of a gather stand in the trace. */
  gathered(results: readonly unknown[]): Value {
    return results.map((result) => {
      if (result instanceof Error && isUnheardOf(result)) this.unheardOf ??= result
      return gathered(result)
    })
  }

  /** Runs an operation that never suspends; false if this is not one. */
  sync(who: string, op: Op): op is SyncOp {
    const operation = (this.#operations.sync as Readonly<Record<string, unknown>>)[op[0]] as AnySync | undefined
    if (operation === undefined) return false
    this.#began?.one(op[0])
    let result: Outcome | undefined
    try {
      result = operation(this, op)
    } catch (error) {
      result = this.outcome(error)
    }
    this.log(who, what(op), result)
    return true
  }

  async run(scope: Scope, body: Body): Promise<Flow> {
    let before: Op | undefined
    for (const op of body) {
      this.#began?.after(asyncio.currentTask(), before?.[0], op[0])
      before = op
      if (this.sync(scope.label, op)) continue
      const flow = await this.step(scope, op)
      if (flow !== undefined) return flow
    }
    return undefined
  }

  /** Runs an operation that needs a task. */
  step(scope: Scope, op: Op): Promise<Flow> {
    const operation = (this.#operations.task as Readonly<Record<string, unknown>>)[op[0]] as AnyTask | undefined
    if (operation === undefined) throw new TypeError(`the interpreter has no operation called '${op[0]}'`)
    this.#began?.one(op[0])
    return operation(this, scope, op)
  }

  /** Runs each operation for itself, with its time limit or none: what one throws is told, and the next one begins. */
  async steps(scope: Scope, limits: readonly (number | null)[], body: Body): Promise<void> {
    let left = SWALLOWED
    let before: Op | undefined
    for (const [i, op] of body.entries()) {
      const limit = limits[i] ?? null
      this.#began?.after(asyncio.currentTask(), before?.[0], op[0])
      before = op
      try {
        const begin = async (): Promise<Flow> => (this.sync(scope.label, op) ? undefined : this.step(scope, op))
        const flow = limit === null ? await begin() : await asyncio.timeout(limit / 1000).run(begin)
        if (flow !== undefined) this.log(scope.label, "returned", ["value", flow.value])
      } catch (error) {
        this.log(scope.label, "caught", this.outcome(error))
        if (error instanceof asyncio.CancelledError && (left -= 1) === 0) throw error
      }
    }
  }
}

/** A task's body, or that of a `call`, between its `start` and its `end`. */
export const program = asyncio.coroutine(async function program(env: Env, label: string, body: Body): Promise<Value> {
  env.log(label, "start")
  let flow: Flow
  try {
    flow = await env.run(new Scope(label), body)
  } catch (error) {
    env.log(label, "end", env.outcome(error))
    throw error
  }
  const value = flow === undefined ? null : flow.value
  env.log(label, "end", ["value", value])
  return value
})

function times<T>(count: number | undefined, make: () => T): T[] {
  return Array.from({ length: count ?? 0 }, make)
}

/** The item at `index`; Python's IndexError where there is none. */
export function at<T>(items: readonly T[], index: number): T {
  const item = items[index]
  if (item === undefined) throw new TypeError(`the scenario has no object number ${index} of this kind`)
  return item
}
