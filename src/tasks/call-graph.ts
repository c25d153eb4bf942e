/**
 * Who waits for whom: what a future stands in, and everybody who awaits it.
 */
import { Frame } from "../core/frame.ts"
import { Future, FutureWait, loopOf, watches } from "../core/future.ts"
import { currentTask } from "../core/running.ts"
import type { Registered, Scheduler } from "../core/scheduler.ts"
import type { StackEntry } from "../core/stack.ts"
import { frameOf, Task } from "../core/task.ts"
import { watchedBy } from "../core/watching-future.ts"
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
  if (!(future instanceof Future)) throw new TypeError("captureCallGraph takes a task or a future")
  const awaiters = awaitersOf(future[loopOf])
  return graphOf(future, awaiters, options.limit)
}

/**
 * The call graph as text: who awaits whom, one level of indentation for each.
 *
 * @see https://docs.python.org/3/library/asyncio-graph.html#asyncio.format_call_graph
 */
export function formatCallGraph(future?: Future<unknown> | null, options: CallGraphOptions = {}): string {
  const graph = captureCallGraph(future, options)
  return graph === undefined ? "" : render(graph).join("\n")
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
  const { print = host.report } = options
  print(formatCallGraph(future, options))
}

/** Who awaits each future, on one loop: tasks, and futures of several such as a gather. */
function awaitersOf(loop: Scheduler): Awaiters {
  const awaiters = new Map<Future<unknown>, Set<Future<unknown>>>()
  // Not by recursion: gathers may hold gathers, some thousands deep.
  const found: { readonly awaited: Future<unknown>; readonly by: Future<unknown> }[] = []
  for (const { task } of loop.tasks as Iterable<Registered & { readonly task: Task<unknown> }>) {
    for (const awaited of awaitedBy(task[frameOf])) found.push({ awaited, by: task })
  }
  for (const { awaited, by } of found) {
    const known = awaiters.get(awaited)
    if (known !== undefined) {
      known.add(by)
      continue
    }
    awaiters.set(awaited, new Set([by]))
    for (const inner of awaited[watches]()) if (!inner.done()) found.push({ awaited: inner, by: awaited })
  }
  return awaiters
}

/** What the code at and below `frame` awaits, and what it has to see end, such as the tasks of a group. */
function awaitedBy(frame: Frame): Future<unknown>[] {
  const awaited: Future<unknown>[] = []
  // One by one: a group may have more children than a call takes arguments.
  const watch = (by: object): void => {
    for (const future of watchedBy.get(by)?.() ?? []) awaited.push(future)
  }
  const frames = [frame]
  for (let inner = frames.pop(); inner !== undefined; inner = frames.pop()) {
    watch(inner)
    for (let below = inner.first; below !== null; below = below.after) {
      if (below instanceof Frame) frames.push(below)
      else if (below instanceof FutureWait) awaited.push(below.future)
      else watch(below)
    }
  }
  return awaited.filter((future) => !future.done())
}

/** A node that is being made. */
interface Node extends FutureCallGraph {
  readonly awaitedBy: Node[]
}

/** Not by recursion either. A future that is awaited from several sides is one node; a circle is drawn once round. */
function graphOf(future: Future<unknown>, awaiters: Awaiters, limit: number | undefined): FutureCallGraph {
  const nodes = new Map<Future<unknown>, Node>()
  const make = (of: Future<unknown>): Node => ({ future: of, callStack: cut(callStack(of), limit), awaitedBy: [] })
  const root = make(future)
  const path = new Set([future])
  nodes.set(future, root)
  const todo = [{ node: root, left: (awaiters.get(future) ?? []).values() }]
  for (let step = todo.at(-1); step !== undefined; step = todo.at(-1)) {
    const { value: next, done } = step.left.next()
    if (done === true || next === undefined) {
      path.delete(step.node.future)
      todo.pop()
      continue
    }
    const known = path.has(next) ? undefined : nodes.get(next)
    const node = known ?? make(next)
    step.node.awaitedBy.push(node)
    if (known !== undefined || path.has(next)) continue
    nodes.set(next, node)
    path.add(next)
    todo.push({ node, left: (awaiters.get(next) ?? []).values() })
  }
  return root
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

function render(root: FutureCallGraph): string[] {
  const lines: string[] = []
  // Drawn once where it is met first: a few layers of tasks that share what they await would fill gigabytes.
  const drawn = new Set<FutureCallGraph>()
  const todo = [{ graph: root, indent: "" }]
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const { graph, indent } = next
    const { future, callStack, awaitedBy } = graph
    lines.push(`${indent}* ${future instanceof Task ? `Task '${future.getName()}'` : future.toString()}`)
    if (callStack.length > 0) {
      lines.push(`${indent}  + Call stack:`)
      for (const { name, place } of callStack) lines.push(`${indent}  |   ${place ?? `at ${name}`}`)
    }
    if (awaitedBy.length === 0) continue
    lines.push(`${indent}  + Awaited by:${drawn.has(graph) ? " as above" : ""}`)
    if (drawn.has(graph)) continue
    drawn.add(graph)
    for (const awaiter of awaitedBy.toReversed()) todo.push({ graph: awaiter, indent: `${indent}    ` })
  }
  return lines
}
