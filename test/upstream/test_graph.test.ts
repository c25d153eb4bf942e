/** Who waits for whom, as CPython's test_graph.py expects it. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import { captureCallGraph, formatCallGraph, type FutureCallGraph } from "#src/tasks/call-graph.ts"

/** A graph in short: a name with its coroutines from the innermost to the outermost, and the tasks that await it. */
type Short = [text: string, awaitedBy: Short[]]
type Capture = (future?: asyncio.Future<unknown>) => void

function short({ future, callStack, awaitedBy }: FutureCallGraph): Short {
  const name = future instanceof asyncio.Task ? future.getName() : future[Symbol.toStringTag]
  const stack = callStack.map((entry) => entry.name)
  return [[name, ...stack].join(" < "), tasksOf(awaitedBy).map(short)]
}

/** The tasks of some awaiters, through what stands between such as a gather. */
function tasksOf(awaiters: readonly FutureCallGraph[]): FutureCallGraph[] {
  return awaiters.flatMap((awaiter) => (awaiter.future instanceof asyncio.Task ? [awaiter] : tasksOf(awaiter.awaitedBy)))
}

/** Runs `body` as that of a coroutine and a task called main, and gives what it captures last. */
async function captured(body: (capture: Capture) => Promise<unknown>): Promise<{ graph: Short; text: string }> {
  const seen: { graph: Short; text: string }[] = []
  const capture: Capture = (future) => {
    const graph = captureCallGraph(future)
    assert.ok(graph !== undefined)
    seen.push({ graph: short(graph), text: formatCallGraph(future) })
  }
  const main = asyncio.coroutine("main", body)
  await runVirtual(main(capture), { name: "main" })
  const last = seen.at(-1)
  assert.ok(last !== undefined)
  return last
}

/** Captures where it stands, two coroutines deep, after it has waited once. */
const deep = asyncio.coroutine("deep", async (capture: Capture) => {
  await asyncio.sleep(0)
  await asyncio.coroutine("deepest", async () => capture())()
})

describe("the call graph of a task", () => {
  it("in a group has the group's task, and all others that await it, each with its own awaiters", async () => {
    const waits = asyncio.coroutine("waits", async (task: asyncio.Task<void>) => task)
    const { graph, text } = await captured((capture) =>
      new asyncio.TaskGroup().run(async (group) => {
        const root = group.createTask(asyncio.coroutine("c1", async () => deep(capture))(), { name: "root" })
        group.createTask(waits(root), { name: "first" })
        group.createTask(waits(root), { name: "second" })
      }),
    )
    const main: Short = ["main < TaskGroup < main", []]
    assert.deepEqual(graph, ["root < deepest < deep < c1", [main, ["first < waits", [main]], ["second < waits", [main]]]])
    for (const line of ["* Task 'root'", "  + Call stack:", "  + Awaited by:", "* Task 'first'", "* Task 'second'", "* Task 'main'"]) {
      assert.ok(text.includes(line), `${line} is missing in\n${text}`)
    }
  })

  it("in a gather has the task that awaits the gather", async () => {
    const { graph } = await captured((capture) => {
      const one = asyncio.createTask(deep(capture), { name: "one" })
      return asyncio.gather([one, asyncio.sleep(0)])
    })
    assert.deepEqual(graph, ["one < deepest < deep", [["main < main", []]]])
  })

  it("in a shield has the task that awaits the shield", async () => {
    const { graph } = await captured((capture) => asyncio.shield(asyncio.createTask(deep(capture), { name: "inner" })))
    assert.deepEqual(graph, ["inner < deepest < deep", [["main < main", []]]])
  })

  it("in timeouts is one stack, since a timeout makes no task", async () => {
    const limited = asyncio.coroutine("limited", async (capture: Capture) =>
      asyncio.timeout(1).run(() => asyncio.timeout(2).run(() => deep(capture))),
    )
    const { graph } = await captured((capture) => limited(capture))
    assert.deepEqual(graph, ["main < deepest < deep < timeout < timeout < limited < main", []])
  })

  it("in a wait has the task that waits", async () => {
    const waits = asyncio.coroutine("waits", async (task: asyncio.Task<void>) => asyncio.wait([task], { timeout: 5 }))
    const { graph } = await captured((capture) => waits(asyncio.createTask(deep(capture), { name: "child" })))
    assert.deepEqual(graph, ["child < deepest < deep", [["main < wait < waits < main", []]]])
  })

  it("that another awaits has that one", async () => {
    const outer = asyncio.coroutine("outer", async (capture: Capture) => asyncio.createTask(deep(capture), { name: "child" }))
    const { graph, text } = await captured((capture) => outer(capture))
    assert.deepEqual(graph, ["child < deepest < deep", [["main < outer < main", []]]])
    assert.match(text, /^\* Task 'child'\n {2}\+ Call stack:\n(.*\n)+ {2}\+ Awaited by:\n {4}\* Task 'main'\n/)
  })
})

describe("the call graph of a future", () => {
  it("has no coroutines, and the tasks that await it", async () => {
    const { graph, text } = await captured(async (capture) => {
      const future = new asyncio.Future<void>()
      const waits = asyncio.coroutine("waits", async () => future)
      const task = asyncio.createTask(waits(), { name: "waiter" })
      await asyncio.sleep(0)
      capture(future)
      future.setResult()
      await task
    })
    assert.deepEqual(graph, ["Future", [["waiter < waits", []]]])
    assert.match(text, /^\* <Future pending>\n {2}\+ Awaited by:\n {4}\* Task 'waiter'/)
  })
})
