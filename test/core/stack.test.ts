/** Where a task stands: getStack and printStack. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { describe, it, type TestContext } from "node:test"

import * as asyncio from "asyncio-ts"
import { awaitLines } from "#src/core/await-lines.ts"
import { runVirtual } from "asyncio-ts/testing"
import { me } from "../support/record.ts"
import { ticking } from "./support/ticking.ts"
import { hostTurns } from "./support/watched.ts"
import { needsPlaceOfAwait } from "../support/tells-of-awaits.ts"

const source = readFileSync(import.meta.filename, "utf8").split("\n")

/** Where the line of this file with `// at: marker` stands, as stacks name it. */
function lineOf(marker: string): string {
  const index = source.findIndex((line) => line.endsWith(`// at: ${marker}`))
  assert.ok(index >= 0, `no line is marked ${marker}`)
  return `stack.test.ts:${index + 1}:`
}

/** Declares a test that runs as a task in debug mode, where places are written down. */
function inDebugMode(name: string, body: (t: TestContext) => Promise<unknown>, options: { skip?: string } = {}): void {
  it(name, options, async (t) => {
    await runVirtual(() => body(t), { debug: true, name: "main" })
  })
}

/** Runs `body` as where the budget for lines of awaits is spent. */
async function withoutLines(body: () => Promise<unknown>): Promise<void> {
  const { taker, left } = awaitLines
  Object.assign(awaitLines, { taker: null, left: 0 })
  try {
    await body()
  } finally {
    Object.assign(awaitLines, { taker, left })
  }
}

const names = (stack: readonly asyncio.StackEntry[]): string[] => stack.map(({ name }) => name)

const inner = asyncio.coroutine("inner", async () => {
  await asyncio.sleep(1) // at: inner
})
const middle = asyncio.coroutine("middle", async () => {
  await inner() // at: middle
})
const outer = asyncio.coroutine("outer", async () => {
  await middle() // at: outer
})

describe("getStack of a task that waits", () => {
  inDebugMode("has its coroutines, outermost first, each with where it awaits", async () => {
    const task = asyncio.createTask(outer())
    await asyncio.sleep(0)
    const stack = task.getStack()
    assert.deepEqual(names(stack), ["outer", "middle", "inner"])
    for (const { name, place } of stack) {
      assert.match(place ?? "", /^at async /)
      assert.ok(place?.includes(lineOf(name)), `${name}: ${place}`)
    }
    await task
  }, needsPlaceOfAwait())

  inDebugMode("moves on with it", async () => {
    const two = asyncio.coroutine("two", async () => {
      await asyncio.sleep(1) // at: one
      await asyncio.sleep(1) // at: two
    })
    const task = asyncio.createTask(two())
    for (const marker of ["one", "two"]) {
      await asyncio.sleep(0.5)
      assert.ok(task.getStack()[0]?.place?.includes(lineOf(marker)), marker)
      await asyncio.sleep(0.5)
    }
    await task
    assert.deepEqual(task.getStack(), [])
  })

  const waits: Readonly<Record<string, [body: () => unknown, stack: string[]]>> = {
    future: [() => new asyncio.Future(), ["function"]],
    task: [() => asyncio.createTask(inner()), ["function"]],
    gather: [() => asyncio.gather([inner(), inner()]), ["function"]],
    wait: [() => asyncio.wait([asyncio.createTask(inner())]), ["function", "wait"]],
    waitFor: [() => asyncio.waitFor(new asyncio.Future(), 5), ["function", "waitFor", "timeout"]],
    timeout: [() => asyncio.timeout(5).run(() => inner()), ["function", "timeout", "inner"]],
    group: [() => new asyncio.TaskGroup().run(() => inner()), ["function", "TaskGroup", "TaskGroup.body", "inner"]],
    lock: [() => new asyncio.Lock().run(() => inner()), ["function", "Lock.run", "inner"]],
    queue: [() => new asyncio.Queue().get(), ["function"]],
  }
  for (const [name, [body, expected]] of Object.entries(waits)) {
    inDebugMode(`knows what stands between it and a ${name}`, async () => {
      const task = asyncio.createTask(async () => {
        await body()
      })
      await asyncio.sleep(0.1)
      assert.deepEqual(names(task.getStack()), expected)
      task.cancel()
      await asyncio.wait([task])
    })
  }

  inDebugMode("knows where a coroutine was made that is returned, and so awaited by no line", async () => {
    const returns = asyncio.coroutine("returns", async () => inner()) // at: returns
    const task = asyncio.createTask(returns())
    await asyncio.sleep(0)
    for (const [index, marker] of ["returns", "inner"].entries()) {
      const { place } = task.getStack()[index] ?? {}
      assert.ok(place?.includes(lineOf(marker)), String(place))
    }
    await task
  })

  inDebugMode("has the coroutine's name where nobody knows the place", () => withoutLines(async () => {
    const future = new asyncio.Future<void>()
    const returns = asyncio.coroutine("returns", async () => future)
    const task = asyncio.createTask(returns())
    await asyncio.sleep(0)
    assert.deepEqual(task.getStack(), [{ name: "returns", place: undefined }])
    const printed: string[] = []
    task.printStack({ print: (text) => printed.push(text) })
    assert.equal(printed[0]?.split("\n")[1], "  at returns")
    future.setResult()
    await task
  }))

  inDebugMode("has no place of an await before the bare promise that it stands at", async () => {
    let go = (): void => undefined
    const foreign = new Promise<void>((resolve) => {
      go = resolve
    })
    const waits = asyncio.coroutine("waits", async () => {
      await asyncio.sleep(0)
      await foreign
    })
    const task = asyncio.createTask(waits())
    await hostTurns(3)
    assert.deepEqual(task.getStack(), [{ name: "waits", place: undefined }])
    go()
    await task
  })

  it("has the names without debug mode, and no places where the budget for lines is spent", async () => {
    await withoutLines(() => runVirtual(async () => {
      const task = asyncio.createTask(outer())
      await asyncio.sleep(0)
      assert.deepEqual(task.getStack(), [
        { name: "outer", place: undefined },
        { name: "middle", place: undefined },
        { name: "inner", place: undefined },
      ])
      await task
    }))
  })

  it("has places without debug mode while the budget for lines lasts", needsPlaceOfAwait(), async (t) => {
    ticking(t, 1e-6)
    awaitLines.left = 1
    await runVirtual(async () => {
      const task = asyncio.createTask(outer())
      await asyncio.sleep(0)
      for (const [index, marker] of ["outer", "middle", "inner"].entries()) {
        assert.ok(task.getStack()[index]?.place?.includes(lineOf(marker)), marker)
      }
      await task
    })
  })

  it("follows the line that began first, of several", async () => {
    await runVirtual(async () => {
      const task = asyncio.createTask(async () => {
        await Promise.all([inner(), middle()])
      })
      await asyncio.sleep(0)
      assert.deepEqual(names(task.getStack()), ["function", "inner"])
      await task
    })
  })
})

describe("getStack of the current task", () => {
  inDebugMode("ends where the question stands", async () => {
    const asks = asyncio.coroutine("asks", async () => {
      await asyncio.sleep(0)
      return me().getStack() // at: question
    })
    const calls = asyncio.coroutine("calls", async () => {
      const stack = await asks() // at: call
      return stack
    })
    const stack = await asyncio.createTask(calls())
    assert.deepEqual(names(stack), ["calls", "asks"])
    assert.ok(stack[0]?.place?.includes(lineOf("call")), String(stack[0]?.place))
    assert.ok(stack[1]?.place?.includes(lineOf("question")), String(stack[1]?.place))
  })

  it("knows where the question stands without debug mode too", async () => {
    const stack = await runVirtual(async () => me().getStack()) // at: plain
    assert.equal(stack.length, 1)
    assert.ok(stack[0]?.place?.includes(lineOf("plain")), String(stack[0]?.place))
  })
})

describe("getStack of a task without a stack", () => {
  inDebugMode("is empty before it has begun, and once it is done, however it ended", async () => {
    const waiting = asyncio.createTask(outer())
    assert.deepEqual(waiting.getStack(), [])
    const failed = asyncio.createTask(() => Promise.reject(new Error("boom")))
    const cancelled = asyncio.createTask(outer())
    await asyncio.sleep(0)
    cancelled.cancel()
    await asyncio.wait([failed])
    failed.exception()
    await asyncio.wait([waiting, cancelled])
    for (const task of [waiting, failed, cancelled]) assert.deepEqual(task.getStack(), [])
  })
})

describe("the limit of getStack", () => {
  const limits: [limit: number | undefined, names: string[]][] = [
    [undefined, ["outer", "middle", "inner"]],
    [3, ["outer", "middle", "inner"]],
    [10, ["outer", "middle", "inner"]],
    [2, ["middle", "inner"]],
    [1, ["inner"]],
    [0, []],
    [-1, []],
  ]
  for (const [limit, expected] of limits) {
    inDebugMode(`of ${limit} keeps at most so many, the innermost`, async () => {
      const task = asyncio.createTask(outer())
      await asyncio.sleep(0)
      assert.deepEqual(names(task.getStack({ limit })), expected)
      await task
    })
  }
})

describe("printStack", () => {
  inDebugMode("prints the task, and its stack with the innermost call last", async () => {
    const task = asyncio.createTask(outer(), { name: "tea" })
    await asyncio.sleep(0)
    const printed: string[] = []
    task.printStack({ print: (text) => printed.push(text) })
    assert.equal(printed.length, 1)
    const [head, ...lines] = printed[0]?.split("\n") ?? []
    assert.equal(head, "Stack for <Task pending name='tea' coro=<outer> wait_for=<sleep 1 s>> (most recent call last):")
    assert.equal(lines.length, 3)
    for (const [index, marker] of ["outer", "middle", "inner"].entries()) {
      assert.match(lines[index] ?? "", /^ {2}at async /)
      assert.ok(lines[index]?.includes(lineOf(marker)), String(lines[index]))
    }
    await task
  }, needsPlaceOfAwait())

  it("prints names where no places are known, as many as the limit says", async () => {
    await withoutLines(() => runVirtual(async () => {
      const task = asyncio.createTask(outer(), { name: "tea" })
      await asyncio.sleep(0)
      const printed: string[] = []
      task.printStack({ limit: 2, print: (text) => printed.push(text) })
      const head = "Stack for <Task pending name='tea' coro=<outer> wait_for=<sleep 1 s>> (most recent call last):"
      assert.deepEqual(printed, [`${head}\n  at middle\n  at inner`])
      await task
    }))
  })

  it("says that there is none", async () => {
    await runVirtual(async () => {
      const printed: string[] = []
      const task = asyncio.createTask(asyncio.sleep(0, 5), { name: "tea" })
      const print = (text: string): void => void printed.push(text)
      task.printStack({ print })
      await task
      task.printStack({ print })
      assert.deepEqual(printed, [
        "No stack for <Task pending name='tea' coro=<sleep>>",
        "No stack for <Task finished name='tea' coro=<sleep> result=5>",
      ])
    })
  })

  it("prints to standard error by default", async (t) => {
    const printed: unknown[] = []
    t.mock.method(console, "error", (...given: unknown[]) => printed.push(...given))
    await runVirtual(async () => me().printStack(), { name: "main" })
    assert.equal(printed.length, 1)
    assert.match(String(printed[0]), /^Stack for <Task pending name='main' coro=<function>> \(most recent call last\):\n {2}at /)
  })
})
