/** Who waits for whom: R199, R200. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import { me } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"
import { needsPlaceOfAwait } from "../support/tells-of-awaits.ts"

type Graph = asyncio.FutureCallGraph

/** Seconds of the processor's since then, which others on the machine do not lengthen. */
function computed(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1e6
}

/** All who await, however indirectly, by name: a task by its own, what stands between by its kind. */
function awaiters({ awaitedBy }: Graph): string[] {
  return awaitedBy.flatMap((graph) => [nameOf(graph), ...awaiters(graph)])
}

function nameOf({ future }: Graph): string {
  return future instanceof asyncio.Task ? future.getName() : future[Symbol.toStringTag]
}

function graphOf(future: asyncio.Future<unknown>, options?: asyncio.CallGraphOptions): Graph {
  const graph = asyncio.captureCallGraph(future, options)
  assert.ok(graph !== undefined)
  return graph
}

const names = (graph: Graph): string[] => graph.callStack.map(({ name }) => name)

type Task = asyncio.Task<unknown>

/** How each way of waiting for a task stands in the graph of that task. */
const ways: Readonly<Record<string, [wait: (task: Task) => unknown, awaiters: string[]]>> = {
  "a direct await": [async (task) => void (await task), ["main"]],
  gather: [async (task) => void (await asyncio.gather([task, asyncio.sleep(2)])), ["gather", "main"]],
  "a gather with a limit": [async (task) => void (await asyncio.gather([task, asyncio.sleep(2)], { limit: 1 })), ["gather", "main"]],
  "a gather in a gather": [async (task) => void (await asyncio.gather([asyncio.gather([task])])), ["gather", "gather", "main"]],
  wait: [async (task) => void (await asyncio.wait([task])), ["wait", "main"]],
  "a wait with a timeout": [async (task) => void (await asyncio.wait([task], { timeout: 5 })), ["wait", "main"]],
  waitFor: [async (task) => void (await asyncio.waitFor(task, 5)), ["main"]],
  "waitFor without limit": [async (task) => void (await asyncio.waitFor(task, null)), ["main"]],
  shield: [async (task) => void (await asyncio.shield(task)), ["shield", "main"]],
  "a timeout round it": [async (task) => void (await asyncio.timeout(5).run(async () => void (await task))), ["main"]],
  "Promise.all": [async (task) => void (await Promise.all([task, asyncio.sleep(2)])), ["main"]],
  "a second look": [async (task) => void (await task.finally(() => undefined)), ["main"]],
}

describe("the graph of a task", () => {
  for (const [name, [wait, expected]] of Object.entries(ways)) {
    virtual(`R199: has who waits for it, until it is done: ${name}`, async () => {
      const task = asyncio.createTask(asyncio.sleep(1), { name: "leaf" })
      const main = asyncio.createTask(() => wait(task), { name: "main" })
      assert.deepEqual(awaiters(graphOf(task)), [])
      await asyncio.sleep(0.5)
      assert.deepEqual(awaiters(graphOf(task)), expected)
      await task
      assert.deepEqual(awaiters(graphOf(task)), [])
      await main
    })
  }

  virtual("R199: has the task of its group, which waits for it at the end", async () => {
    let leaf: Task | undefined
    const main = asyncio.createTask(
      () =>
        new asyncio.TaskGroup().run(async (group) => {
          leaf = group.createTask(asyncio.sleep(1))
        }),
      { name: "main" },
    )
    await asyncio.sleep(0.5)
    assert.ok(leaf !== undefined)
    assert.deepEqual(awaiters(graphOf(leaf)), ["main"])
    await main
    assert.deepEqual(awaiters(graphOf(leaf)), [])
  })

  virtual("R199: has the task of its group while the group's body still runs", async () => {
    let leaf: Task | undefined
    const main = asyncio.createTask(
      () =>
        new asyncio.TaskGroup().run(async (group) => {
          leaf = group.createTask(asyncio.sleep(1))
          await asyncio.sleep(2)
        }),
      { name: "main" },
    )
    await asyncio.sleep(0.5)
    assert.ok(leaf !== undefined)
    assert.equal(awaiters(graphOf(leaf)).at(-1), "main")
    await main
  })

  virtual("R199: has the task of a staggered race it runs in", async () => {
    const found: string[][] = []
    const candidate = async (): Promise<void> => {
      const own = me()
      await asyncio.sleep(1)
      found.push(awaiters(graphOf(own)))
    }
    await asyncio.createTask(() => asyncio.staggeredRace([candidate, candidate], 0.5), { name: "main" })
    assert.equal(found.length, 1)
    assert.ok(found[0]?.includes("main"), String(found))
  })

  const loops: Readonly<Record<string, (task: Task) => Promise<unknown>>> = {
    for: async (task) => {
      for (const next of asyncio.asCompleted([task])) await next
    },
    "for await": async (task) => {
      for await (const next of asyncio.asCompleted([task])) await next
    },
  }
  for (const [name, loop] of Object.entries(loops)) {
    virtual(`has who loops over asCompleted with ${name}`, async () => {
      const task = asyncio.createTask(asyncio.sleep(1))
      const main = asyncio.createTask(() => loop(task), { name: "main" })
      await asyncio.sleep(0.5)
      assert.equal(awaiters(graphOf(task)).at(-1), "main")
      await main
      assert.deepEqual(awaiters(graphOf(task)), [])
    })
  }

  virtual("R199: has each of several who wait for it", async () => {
    const task = asyncio.createTask(asyncio.sleep(1))
    const waiters = ["a", "b", "c"].map((name) => asyncio.createTask(async () => task, { name }))
    await asyncio.sleep(0.5)
    assert.deepEqual(awaiters(graphOf(task)), ["a", "b", "c"])
    waiters[1]?.cancel()
    const shielded = asyncio.createTask(asyncio.sleep(1))
    const others = ["d", "e"].map((name) => asyncio.createTask(async () => asyncio.shield(shielded), { name }))
    await asyncio.sleep(0)
    others[0]?.cancel()
    await asyncio.sleep(0)
    assert.deepEqual(awaiters(graphOf(shielded)).filter((name) => name !== "shield"), ["e"])
    await asyncio.wait([...waiters, ...others])
  })

  virtual("has who waits for those in turn", async () => {
    const leaf = asyncio.createTask(asyncio.sleep(1), { name: "leaf" })
    const middle = asyncio.createTask(async () => leaf, { name: "middle" })
    const top = asyncio.createTask(async () => asyncio.gather([middle]), { name: "top" })
    await asyncio.sleep(0.5)
    assert.deepEqual(awaiters(graphOf(leaf)), ["middle", "gather", "top"])
    assert.equal(graphOf(leaf).awaitedBy[0]?.future, middle)
    await top
  })

  virtual("ends where tasks await each other in a circle", async () => {
    const tasks: Task[] = []
    const round = (next: number, name: string): void => {
      tasks.push(asyncio.createTask(() => asyncio.timeout(5).run(async () => void (await tasks[next])), { name }))
    }
    round(1, "a")
    round(2, "b")
    round(0, "c")
    await asyncio.sleep(1)
    const [first] = tasks
    assert.ok(first !== undefined)
    assert.deepEqual(awaiters(graphOf(first)), ["c", "b", "a"])
    assert.equal(asyncio.formatCallGraph(first).split("* Task 'a'").length - 1, 2)
    first.cancel()
    await asyncio.wait(tasks)
  })

  it("of 10,000 tasks that await each other takes less than a second", { timeout: 60_000 }, async () => {
    const depth = await runVirtual(async () => {
      const first = asyncio.createTask(asyncio.sleep(1))
      let last: Task = first
      for (let i = 1; i < 10_000; i += 1) {
        const next = last
        last = asyncio.createTask(async () => void (await next))
      }
      await asyncio.sleep(0)
      const started = process.cpuUsage()
      let depth = 0
      for (let graph: Graph | undefined = graphOf(first); graph !== undefined; [graph] = graph.awaitedBy) depth += 1
      const seconds = computed(started)
      assert.ok(seconds < 1, `took ${seconds} s`)
      await last
      return depth
    })
    assert.equal(depth, 10_000)
  })
})

describe("the graph of a task that others await by many ways", () => {
  it("has each of them once, and takes less than a second", { timeout: 60_000 }, async () => {
    await runVirtual(async () => {
      const root: Task = asyncio.createTask(asyncio.sleep(1))
      let layer = [root]
      for (let i = 0; i < 24; i += 1) {
        const below = layer
        layer = [0, 1].map(() => asyncio.createTask(async () => void (await asyncio.gather(below))))
      }
      await asyncio.sleep(0)
      const started = process.cpuUsage()
      const seen = new Set<Graph>()
      const todo = [graphOf(root)]
      for (let graph = todo.pop(); graph !== undefined; graph = todo.pop()) {
        if (seen.has(graph)) continue
        seen.add(graph)
        todo.push(...graph.awaitedBy)
      }
      assert.ok(computed(started) < 1)
      // The root, and in each layer two tasks and their two gathers.
      assert.equal(seen.size, 1 + 24 * 4)
      await asyncio.wait(layer)
    })
  })
})

describe("the graph of a future", () => {
  virtual("has no stack, and who awaits it", async () => {
    const future = new asyncio.Future<void>()
    const task = asyncio.createTask(async () => future, { name: "waits" })
    await asyncio.sleep(0)
    assert.deepEqual([names(graphOf(future)), awaiters(graphOf(future))], [[], ["waits"]])
    future.setResult()
    await task
    assert.deepEqual(graphOf(future), { future, callStack: [], awaitedBy: [] })
  })

  virtual("that is done, cancelled or failed has nothing, and prints", async () => {
    const [done, cancelled, failed] = [new asyncio.Future(), new asyncio.Future(), new asyncio.Future()]
    done.setResult(5)
    cancelled.cancel()
    failed.setException(new RangeError("boom"))
    for (const future of [done, cancelled, failed]) {
      assert.deepEqual(graphOf(future), { future, callStack: [], awaitedBy: [] })
      assert.equal(asyncio.formatCallGraph(future), `* ${String(future)}`)
    }
    failed.exception()
  })

  it("of a loop that does not run is there all the same, and needs no loop that does", () => {
    const loop = new asyncio.EventLoop()
    const future = loop.createFuture()
    assert.deepEqual(graphOf(future), { future, callStack: [], awaitedBy: [] })
    loop.close()
  })
})

describe("how much of each stack is taken", () => {
  const limits: [limit: number | undefined, names: string[]][] = [
    [undefined, ["inner", "middle", "outer"]],
    [0, []],
    [1, ["outer"]],
    [2, ["middle", "outer"]],
    [-1, ["inner"]],
    [-2, ["inner", "middle"]],
    [3, ["inner", "middle", "outer"]],
    [100, ["inner", "middle", "outer"]],
    [-100, ["inner", "middle", "outer"]],
  ]
  for (const [limit, expected] of limits) {
    virtual(`R200: is said by limit, such as ${limit}, which leaves all who await`, async () => {
      const inner = asyncio.coroutine("inner", () => asyncio.sleep(1))
      const middle = asyncio.coroutine("middle", async () => void (await inner()))
      const outer = asyncio.coroutine("outer", async () => void (await middle()))
      const task = asyncio.createTask(outer())
      const waits = asyncio.createTask(async () => task, { name: "waits" })
      await asyncio.sleep(0.5)
      assert.deepEqual(names(graphOf(task, { limit })), expected)
      assert.deepEqual(awaiters(graphOf(task, { limit })), ["waits"])
      await waits
    })
  }
})

describe("captureCallGraph without a future", () => {
  virtual("is about the current task, and null means the same", async () => {
    for (const graph of [asyncio.captureCallGraph(), asyncio.captureCallGraph(null), asyncio.captureCallGraph(undefined, { limit: 0 })]) {
      assert.equal(graph?.future, me())
    }
    assert.equal(asyncio.captureCallGraph(null, { limit: 0 })?.callStack.length, 0)
  })

  virtual("has nothing to say in a callback", async () => {
    const seen: unknown[] = []
    asyncio.getRunningLoop().callSoon(() => seen.push(asyncio.captureCallGraph(), asyncio.formatCallGraph()))
    await asyncio.sleep(0)
    assert.deepEqual(seen, [undefined, ""])
  })

  it("throws outside any loop", () => {
    assert.throws(() => asyncio.captureCallGraph(), { name: "RuntimeError", message: /no running event loop/ })
    assert.throws(() => asyncio.formatCallGraph(null), { name: "RuntimeError" })
  })
})

describe("captureCallGraph of what is no future", () => {
  virtual("throws, and says what it takes", async () => {
    const never = asyncio.sleep(1)
    for (const wrong of [5, "task", {}, Promise.resolve(), never, () => undefined]) {
      assert.throws(() => asyncio.captureCallGraph(wrong as never), {
        name: "TypeError",
        message: "captureCallGraph takes a task or a future",
      })
    }
    await never
  })
})

describe("the graph as text", () => {
  it("has a level of indentation for each who awaits, with places in debug mode", needsPlaceOfAwait(), async () => {
    const text = await runVirtual(
      async () => {
        const brew = asyncio.coroutine("brew", async () => void (await asyncio.sleep(1)))
        const serve = asyncio.coroutine("serve", async (task: Task) => void (await asyncio.shield(task)))
        const tea = asyncio.createTask(brew(), { name: "tea" })
        const guest = asyncio.createTask(serve(tea), { name: "guest" })
        await asyncio.sleep(0)
        const text = asyncio.formatCallGraph(tea)
        await guest
        return text
      },
      { debug: true },
    )
    const place = "at async (?:\\w+ \\()?file:.*call-graph\\.test\\.ts:\\d+:\\d+\\)?"
    const expected = [
      "\\* Task 'tea'",
      "  \\+ Call stack:",
      `  \\|   ${place}`,
      "  \\+ Awaited by:",
      "    \\* <shield pending>",
      "      \\+ Awaited by:",
      "        \\* Task 'guest'",
      "          \\+ Call stack:",
      `          \\|   ${place}`,
    ]
    assert.match(text, new RegExp(`^${expected.join("\n")}$`))
  })

  virtual("has the coroutines' names where no places are known", async () => {
    const task = asyncio.createTask(asyncio.coroutine("brew", () => asyncio.sleep(1))(), { name: "tea" })
    await asyncio.sleep(0)
    assert.equal(asyncio.formatCallGraph(task), "* Task 'tea'\n  + Call stack:\n  |   at brew")
    assert.equal(asyncio.formatCallGraph(task, { limit: 0 }), "* Task 'tea'")
    await task
  })

  it("is printed to standard error, or where it is wished", async (t) => {
    const printed: unknown[] = []
    t.mock.method(console, "error", (...given: unknown[]) => printed.push(...given))
    await runVirtual(async () => {
      const future = new asyncio.Future()
      asyncio.printCallGraph(future)
      asyncio.printCallGraph(future, { print: (text) => printed.push(`mine: ${text}`) })
    })
    assert.deepEqual(printed, ["* <Future pending>", "mine: * <Future pending>"])
  })
})

virtual("the text draws what several share once, however many layers there are", async () => {
  const first = asyncio.createTask(asyncio.sleep(1))
  let layer: Task[] = [first]
  for (let i = 0; i < 24; i += 1) {
    const below = layer
    layer = [0, 1].map(() => asyncio.createTask(async () => void (await asyncio.gather(below))))
  }
  await asyncio.sleep(0.5)
  const text = asyncio.formatCallGraph(first)
  assert.ok(text.length < 100_000, String(text.length))
  assert.match(text, /Awaited by: as above/)
  await asyncio.gather(layer)
})

virtual("a group with more children than a call takes arguments is an awaiter like others", async () => {
  const children: Task[] = []
  const main = asyncio.createTask(
    () =>
      new asyncio.TaskGroup().run(async (group) => {
        for (let i = 0; i < 130_000; i += 1) children.push(group.createTask(asyncio.sleep(1)))
      }),
    { name: "crowded" },
  )
  await asyncio.sleep(0.5)
  const [child] = children
  assert.ok(child !== undefined)
  assert.deepEqual(awaiters(graphOf(child)), ["crowded"])
  await main
})
