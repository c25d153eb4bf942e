/** Who awaits whom: which constructs are edges, and how stacks are cut (R77, R199, R200). */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { forever, me, thrownBy, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

/** The names of the tasks that await `future`, directly or through what stands between. */
function awaitersOf(future: asyncio.Future<unknown>): string[] {
  const graph = asyncio.captureCallGraph(future)
  assert.ok(graph !== undefined)
  const names = (awaiters: readonly asyncio.FutureCallGraph[]): string[] =>
    awaiters.flatMap(({ future, awaitedBy }) => (future instanceof asyncio.Task ? [future.getName()] : names(awaitedBy)))
  return names(graph.awaitedBy).toSorted()
}

/** Each way in which a task waits for another. */
const constructs: Readonly<Record<string, (task: asyncio.Task<unknown>) => PromiseLike<unknown>>> = {
  await: (task) => task,
  gather: (task) => asyncio.gather([task]),
  wait: (task) => asyncio.wait([task]),
  waitFor: (task) => asyncio.waitFor(task, 60),
  shield: (task) => asyncio.shield(task),
}

virtual("R199: each construct is an edge while it waits, and no longer", async () => {
  for (const [name, construct] of Object.entries(constructs)) {
    const work = new asyncio.Future<void>()
    const task = asyncio.createTask(async () => work)
    const waiter = asyncio.createTask(async () => void (await construct(task)), { name: "waiter" })
    await ticks(2)
    assert.deepEqual(awaitersOf(task), ["waiter"], name)
    work.setResult()
    await waiter
    assert.deepEqual(awaitersOf(task), [], name)
  }
})

virtual("R199: what makes its own tasks is an edge to these", async () => {
  const work = new asyncio.Future<void>()
  const children: asyncio.Task<unknown>[] = []
  const child = async (): Promise<void> => {
    children.push(me())
    await asyncio.shield(work)
  }
  const waiters = [
    asyncio.createTask(() => new asyncio.TaskGroup().run((group) => void group.createTask(child)), { name: "group" }),
    asyncio.createTask(() => asyncio.staggeredRace([child], null), { name: "race" }),
  ]
  await ticks(3)
  assert.deepEqual(children.map(awaitersOf), [["group"], ["race"]])
  work.setResult()
  await asyncio.wait(waiters)
  assert.deepEqual(children.map(awaitersOf), [[], []])
})

virtual("R199: a future has as many awaiters as await it", async () => {
  const task = asyncio.createTask(forever())
  const waiters = Object.entries(constructs).map(([name, construct]) => asyncio.createTask(async () => construct(task), { name }))
  await ticks(2)
  assert.deepEqual(awaitersOf(task), Object.keys(constructs).toSorted())
  task.cancel()
  await asyncio.wait(waiters)
  assert.deepEqual(awaitersOf(task), [])
})

virtual("R77: asCompleted has the task that takes from it among the awaiters of what is left", async () => {
  const first = asyncio.createTask(asyncio.sleep(1))
  const second = asyncio.createTask(asyncio.sleep(2))
  const plain = async (): Promise<void> => {
    for (const next of asyncio.asCompleted([first, second])) await next
  }
  const asynchronous = async (): Promise<void> => {
    for await (const task of asyncio.asCompleted([first, second])) task.result()
  }
  const waiters = [asyncio.createTask(plain, { name: "plain" }), asyncio.createTask(asynchronous, { name: "asynchronous" })]
  await ticks(2)
  assert.deepEqual([awaitersOf(first), awaitersOf(second)], [["asynchronous", "plain"], ["asynchronous", "plain"]])
  await asyncio.sleep(1.5)
  assert.deepEqual([awaitersOf(first), awaitersOf(second)], [[], ["asynchronous", "plain"]])
  await asyncio.gather(waiters)
  assert.deepEqual(awaitersOf(second), [])
})

virtual("R200: a limit of 0 leaves stacks out and keeps awaiters, 1 is the outermost coroutine and -1 the innermost", async () => {
  const inner = asyncio.coroutine("inner", () => forever())
  const middle = asyncio.coroutine("middle", () => inner())
  const outer = asyncio.coroutine("outer", () => middle())
  const task = asyncio.createTask(outer())
  const waiter = asyncio.createTask(async () => task, { name: "waiter" })
  await ticks(2)
  const stack = (limit?: number): string[] | undefined =>
    asyncio.captureCallGraph(task, { limit })?.callStack.map(({ name }) => name)
  assert.deepEqual(stack(), ["forever", "inner", "middle", "outer"])
  assert.deepEqual([stack(0), stack(1), stack(-1), stack(2)], [[], ["outer"], ["forever"], ["middle", "outer"]])
  const graph = asyncio.captureCallGraph(task, { limit: 0 })
  assert.deepEqual(graph?.awaitedBy.map(({ future }) => future), [waiter])
  task.cancel()
  await asyncio.wait([waiter])
})

virtual("captureCallGraph is of the current task by default, of nothing in a callback, and refused outside any loop", async () => {
  assert.equal(asyncio.captureCallGraph()?.future, me())
  const seen: unknown[] = []
  asyncio.getRunningLoop().callSoon(() => seen.push(asyncio.captureCallGraph(), asyncio.formatCallGraph()))
  await ticks(1)
  assert.deepEqual(seen, [undefined, ""])
  assert.ok(thrownBy(() => asyncio.captureCallGraph(5 as never)) instanceof TypeError)
  return () => {
    assert.ok(thrownBy(() => asyncio.captureCallGraph()) instanceof asyncio.RuntimeError)
  }
})

virtual("printCallGraph prints what formatCallGraph gives", async () => {
  const task = asyncio.createTask(forever(), { name: "printed" })
  await ticks(1)
  const printed: string[] = []
  asyncio.printCallGraph(task, { print: (text) => printed.push(text) })
  assert.deepEqual(printed, [asyncio.formatCallGraph(task)])
  assert.match(printed.join(), /^\* Task 'printed'\n {2}\+ Call stack:\n/)
  task.cancel()
})
