/**
 * Who waits for whom: what a future stands in, and everybody who awaits it.
 */
import { openWaits } from "../core/deadlock.ts"
import { Future, FutureWait, loopOf, watches } from "../core/future.ts"
import { currentTask } from "../core/running.ts"
import type { Registered, Scheduler } from "../core/scheduler.ts"
import type { StackEntry } from "../core/stack.ts"
import { frameOf, Task } from "../core/task.ts"
import { host } from "../host/host.ts"

/** A future, its coroutines, and who awaits it. */
export interface FutureCallGraph {
  readonly future: Future<unknown>
  /** Innermost first; empty for what is no task. */
  readonly callStack: readonly StackEntry[]
  readonly awaitedBy: readonly FutureCallGraph[]
}

/** How much of a call graph is taken. */
export interface CallGraphOptions {
  /** At most so many coroutines of each stack, the outermost; with a negative number the innermost; 0 for none. */
  readonly limit?: number | undefined
}

type Awaiters = ReadonlyMap<Future<unknown>, ReadonlySet<Future<unknown>>>

/**
 * A snapshot of who awaits `future`, directly and through others; of the current task by
 * default. Undefined where there is none, as in a callback.
 *
 * @throws RuntimeError outside any loop when no future is given; TypeError for what is no future.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const tea = asyncio.createTask(asyncio.sleep(0.01), { name: "tea" })
 *   const guest = asyncio.createTask(async () => tea, { name: "guest" })
 *   await asyncio.sleep(0)
 *   const graph = asyncio.captureCallGraph(tea)
 *   console.log(graph?.awaitedBy.map(({ future }) => future === guest)) // -> [ true ]
 *   await guest
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-graph.html#asyncio.capture_call_graph
 */
export function captureCallGraph(future?: Future<unknown> | null, options: CallGraphOptions = {}): FutureCallGraph | undefined {
  if (future === null || future === undefined) {
    const current = currentTask()
    return current === undefined ? undefined : captureCallGraph(current, options)
  }
  if (!(future instanceof Future)) throw new TypeError("captureCallGraph takes a task or a future, or nothing for the current task")
  const awaiters = awaitersOf(future[loopOf])
  return graphOf(future, awaiters, options.limit, new Set())
}

/**
 * The call graph as text: who awaits whom, one level of indentation for each.
 *
 * @see https://docs.python.org/3/library/asyncio-graph.html#asyncio.format_call_graph
 */
export function formatCallGraph(future?: Future<unknown> | null, options: CallGraphOptions = {}): string {
  const graph = captureCallGraph(future, options)
  return graph === undefined ? "" : render(graph, "").join("\n")
}

/**
 * Prints the call graph, to standard error unless `print` is given.
 *
 * @see https://docs.python.org/3/library/asyncio-graph.html#asyncio.print_call_graph
 */
export function printCallGraph(
  future?: Future<unknown> | null,
  options: CallGraphOptions & { readonly print?: ((text: string) => void) | undefined } = {},
): void {
  const text = formatCallGraph(future, options)
  if (options.print === undefined) host.report(text)
  else options.print(text)
}

/** Who awaits each future, on one loop: tasks, and futures of several such as a gather. */
function awaitersOf(loop: Scheduler): Awaiters {
  const awaiters = new Map<Future<unknown>, Set<Future<unknown>>>()
  const follow = (awaited: Future<unknown>, by: Future<unknown>): void => {
    const known = awaiters.get(awaited)
    if (known !== undefined) {
      known.add(by)
      return
    }
    awaiters.set(awaited, new Set([by]))
    for (const inner of awaited[watches]()) if (!inner.done()) follow(inner, awaited)
  }
  for (const { task } of loop.tasks as Iterable<Registered & { readonly task: Task<unknown> }>) {
    for (const wait of openWaits(task[frameOf])) if (wait instanceof FutureWait) follow(wait.future, task)
  }
  return awaiters
}

function graphOf(future: Future<unknown>, awaiters: Awaiters, limit: number | undefined, above: Set<Future<unknown>>): FutureCallGraph {
  const awaitedBy: FutureCallGraph[] = []
  // Tasks that await each other in a circle are drawn once round.
  if (!above.has(future)) {
    const path = new Set(above).add(future)
    for (const awaiter of awaiters.get(future) ?? []) awaitedBy.push(graphOf(awaiter, awaiters, limit, path))
  }
  return { future, callStack: cut(callStack(future), limit), awaitedBy }
}

function callStack(future: Future<unknown>): StackEntry[] {
  if (!(future instanceof Task) || future.done()) return []
  return future.getStack().reverse()
}

function cut(stack: StackEntry[], limit: number | undefined): StackEntry[] {
  if (limit === undefined) return stack
  if (limit === 0) return []
  return limit > 0 ? stack.slice(-limit) : stack.slice(0, -limit)
}

function render({ future, callStack, awaitedBy }: FutureCallGraph, indent: string): string[] {
  const name = future instanceof Task ? `Task '${future.getName()}'` : future.toString()
  const lines = [`${indent}* ${name}`]
  if (callStack.length > 0) {
    lines.push(`${indent}  + Call stack:`)
    for (const { name, place } of callStack) lines.push(`${indent}  |   ${place ?? `at ${name}`}`)
  }
  if (awaitedBy.length > 0) {
    lines.push(`${indent}  + Awaited by:`)
    for (const awaiter of awaitedBy) lines.push(...render(awaiter, `${indent}    `))
  }
  return lines
}
