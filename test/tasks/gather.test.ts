import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import { awaitLines } from "#src/core/await-lines.ts"
import { randomVirtual } from "../support/random.ts"
import { fate, fates, forever, me, now, slowToDie, thrown, thrownAs, thrownBy, ticks, ticksOf } from "../support/record.ts"
import { virtual, virtualLazyAndEager } from "../support/virtual.ts"

const boom = new Error("boom")
const nap = asyncio.coroutine("nap", async (seconds: number, result: unknown = seconds) => asyncio.sleep(seconds, result))
const fail = asyncio.coroutine("fail", async (seconds: number, error: unknown = boom): Promise<never> => {
  await asyncio.sleep(seconds)
  throw error
})
/** Returns a value when it is cancelled. */
const stubborn = asyncio.coroutine("stubborn", async (value: unknown) => {
  try {
    return await forever()
  } catch {
    return value
  }
})

virtual("nothing to gather is done already (R52)", async () => {
  const gathering = asyncio.gather([])
  assert.equal(gathering.done(), true)
  assert.deepEqual(await gathering, [])
})

virtualLazyAndEager("results follow the order of the arguments, and coroutines start in that order (R53)", async () => {
  const started: number[] = []
  const work = [3, 1, 2].map((seconds) => async () => {
    started.push(seconds)
    return asyncio.sleep(seconds, seconds * 10)
  })
  assert.deepEqual(await asyncio.gather(work), [30, 10, 20])
  assert.deepEqual(started, [3, 1, 2])
  assert.equal(now(), 3000)
})

virtual("it takes coroutines, functions, tasks, futures and promises together", async () => {
  const future = new asyncio.Future<string>()
  const task = asyncio.createTask(nap(1, "task"))
  const plain = (): string => "function"
  asyncio.getRunningLoop().callSoon(() => future.setResult("future"))
  const results = await asyncio.gather([nap(0.5, "coroutine"), plain, task, future, Promise.resolve("promise")])
  assert.deepEqual(results, ["coroutine", "function", "task", "future", "promise"])
})

virtual("it takes any iterable, and children get the names of their work", async () => {
  const names = new Set<string>()
  const note = asyncio.coroutine("note", async (name: string) => {
    names.add(String(me().getCoro()))
    return name
  })
  assert.deepEqual(await asyncio.gather(new Set(["a", "b"].map((name) => note(name)))), ["a", "b"])
  assert.deepEqual([...names], ["<coroutine note>"])
})

virtual("the same awaitable given twice is run once and its result repeated (R54)", async () => {
  let runs = 0
  const count = asyncio.coroutine("count", async () => (runs += 1))
  const once = count()
  const task = asyncio.createTask(nap(1, "task"))
  const promise = Promise.resolve("promise")
  assert.deepEqual(await asyncio.gather([once, task, once, promise, task, promise, once]), [
    ...[1, "task", 1, "promise", "task", "promise", 1],
  ])
  assert.equal(runs, 1)
})

virtual("the same coroutine given twice is run once, wherever it stands and with a limit too", async () => {
  for (const options of [{}, { limit: 1 }]) {
    let runs = 0
    const once = asyncio.coroutine("once", async () => (runs += 1))()
    const future = new asyncio.Future<number>()
    future.setResult(7)
    const other = asyncio.coroutine("other", async () => 5)
    assert.deepEqual(await asyncio.gather([other(), once, future, once, other(), future, once], options), [5, 1, 7, 1, 5, 7, 1])
    assert.equal(runs, 1)
  }
})

virtual("the same coroutine given twice is one task, also when a task factory wraps it", async () => {
  const loop = asyncio.getRunningLoop()
  let made = 0
  loop.setTaskFactory((factoryLoop, work, options) => {
    made += 1
    return new asyncio.Task(typeof work === "function" ? work : () => work, { ...options, loop: factoryLoop })
  })
  const once = nap(1, "one")
  assert.deepEqual(await asyncio.gather([once, once]), ["one", "one"])
  loop.setTaskFactory(null)
  assert.equal(made, 1)
})

virtual("the same function given twice is called twice", async () => {
  let calls = 0
  const call = async (): Promise<number> => (calls += 1)
  assert.deepEqual(await asyncio.gather([call, call]), [1, 2])
})

virtual("when all children are done already the result is there at once (R55)", async () => {
  const done = [asyncio.createTask(nap(1)), asyncio.createTask(nap(2))]
  await asyncio.wait(done)
  const gathering = asyncio.gather(done)
  assert.equal(gathering.done(), true)
  assert.equal(await ticksOf(async () => assert.deepEqual(await gathering, [1, 2])), 0)
})

virtual("gathering new coroutines that return at once takes three iterations", async () => {
  const instant = asyncio.coroutine("instant", async () => 1)
  assert.equal(await ticksOf(() => asyncio.gather([instant(), instant()])), 3)
})

virtual("the first exception is thrown at once while the others go on, and theirs are never reported (R56)", async () => {
  const slow = asyncio.createTask(nap(3))
  const late = asyncio.createTask(fail(2, new Error("late")))
  assert.equal(await thrown(asyncio.gather([slow, fail(1), late])), boom)
  assert.equal(now(), 1000)
  assert.deepEqual(fates([slow, late]), ["pending", "pending"])
  await asyncio.sleep(4)
  assert.equal(fate(slow), "returned 3")
})

virtual("once it has failed, cancelling it gives false and touches nobody (R57)", async () => {
  const slow = asyncio.createTask(nap(3))
  const gathering = asyncio.gather([slow, fail(1)])
  await thrown(gathering)
  assert.equal(gathering.cancel(), false)
  assert.equal(slow.cancelling(), 0)
  assert.equal(await slow, 3)
})

virtual("a child cancelled from outside counts as the exception CancelledError, and the others go on (R58)", async () => {
  const [a, b] = [asyncio.createTask(nap(2)), asyncio.createTask(nap(2))]
  const gathering = asyncio.gather([a, b])
  await ticks(1)
  a.cancel("because")
  const error = await thrownAs(asyncio.CancelledError, gathering)
  assert.equal(error.reason, "because")
  assert.equal(gathering.cancelled(), false)
  assert.equal(gathering.exception(), error)
  assert.equal(await b, 2)
})

virtual("with returnExceptions errors and CancelledErrors are put in the list (R59)", async () => {
  const task = asyncio.createTask(forever())
  const gathering = asyncio.gather([nap(1), fail(1), task, fail(2, null), fail(2, "text")], { returnExceptions: true })
  await ticks(1)
  task.cancel("because")
  const [value, error, cancelled, ...odd] = await gathering
  assert.deepEqual([value, error, odd], [1, boom, [null, "text"]])
  assert.ok(cancelled instanceof asyncio.CancelledError)
  assert.equal(now(), 2000)
})

virtual("with returnExceptions an early failure is not reported as lost, however long the others take (R59)", async () => {
  assert.deepEqual(await asyncio.gather([fail(0), nap(60)], { returnExceptions: true }), [boom, 60])
})

virtual("children that failed before are treated like others", async () => {
  const failed = asyncio.createTask(fail(0))
  await asyncio.wait([failed])
  assert.equal(await thrown(asyncio.gather([failed, failed])), boom)
  assert.deepEqual(await asyncio.gather([failed], { returnExceptions: true }), [boom])
})

virtual("cancelling it cancels all children that are not done, and does not finish it at once (R60)", async () => {
  const children = [asyncio.createTask(forever()), asyncio.createTask(forever()), asyncio.createTask(nap(0))]
  const gathering = asyncio.gather(children)
  await ticks(3)
  assert.equal(gathering.cancel("stop"), true)
  assert.equal(gathering.done(), false)
  assert.deepEqual(children.map((task) => task.cancelling()), [1, 1, 0])
  const error = await thrownAs(asyncio.CancelledError, gathering)
  assert.equal(error.reason, "stop")
  assert.deepEqual(fates(children), ["cancelled", "cancelled", "returned 0"])
})

virtual("cancelling the task that awaits it cancels the children", async () => {
  const children = [asyncio.createTask(forever()), asyncio.createTask(forever())]
  const task = asyncio.createTask(async () => asyncio.gather(children))
  await ticks(2)
  task.cancel()
  await ticks(4)
  assert.deepEqual(fates([task, ...children]), ["cancelled", "cancelled", "cancelled"])
})

for (const returnExceptions of [false, true]) {
  const until = returnExceptions ? "when all children have ended" : "at the first child that ends cancelled"
  virtual(`cancelled, it ends ${until} (R61)`, async () => {
    const children = [asyncio.createTask(forever()), asyncio.createTask(() => slowToDie(3))]
    const gathering = asyncio.gather(children, { returnExceptions })
    await ticks(2)
    gathering.cancel()
    await thrownAs(asyncio.CancelledError, gathering)
    assert.equal(now(), returnExceptions ? 3000 : 0)
    await asyncio.wait(children)
  })

  virtual(`cancelled, it throws even if all children returned values (returnExceptions ${returnExceptions}) (R62)`, async () => {
    const children = [1, 2].map((value) => asyncio.createTask(stubborn(value)))
    const gathering = asyncio.gather(children, { returnExceptions })
    await ticks(2)
    gathering.cancel("stop")
    await thrownAs(asyncio.CancelledError, gathering)
    assert.equal(gathering.cancelled(), false)
    assert.ok(gathering.exception() instanceof asyncio.CancelledError)
    assert.deepEqual(fates(children), ["returned 1", "returned 2"])
  })
}

test("children that run when the program ends are cancelled with it, and nothing is reported (R63)", async () => {
  const reports: string[] = []
  let cleanedUp = 0
  const child = async (): Promise<void> => {
    try {
      await forever()
    } finally {
      cleanedUp += 1
    }
  }
  await runVirtual(async () => {
    asyncio.getRunningLoop().setExceptionHandler((_loop, context) => reports.push(context.message))
    void asyncio.gather([child, child])
    await ticks(2)
  })
  assert.equal(cleanedUp, 2)
  assert.deepEqual(reports, [])
})

virtual("children outlive a gather that has failed (R64)", async () => {
  const log: string[] = []
  const child = async (): Promise<void> => {
    await asyncio.sleep(2)
    log.push(`child at ${now()}`)
  }
  await thrown(asyncio.gather([fail(1), child]))
  log.push(`thrown at ${now()}`)
  await asyncio.sleep(5)
  assert.deepEqual(log, ["thrown at 1000", "child at 2000"])
})

virtual("a gather of gathers is cancelled down to the leaves", async () => {
  const leaves = [1, 2, 3].map(() => asyncio.createTask(forever()))
  const gathering = asyncio.gather([asyncio.gather(leaves.slice(0, 2)), asyncio.gather(leaves.slice(2))])
  await ticks(1)
  gathering.cancel()
  await thrownAs(asyncio.CancelledError, gathering)
  assert.deepEqual(fates(leaves), ["cancelled", "cancelled", "cancelled"])
})

virtual("a child that cancels the task that gathers it is cancelled with it", async () => {
  const gatherer: asyncio.Task<unknown> = asyncio.createTask(async () =>
    asyncio.gather([
      async () => {
        await asyncio.sleep(1)
        gatherer.cancel()
      },
      nap(9),
    ]),
  )
  await asyncio.wait([gatherer])
  assert.equal(fate(gatherer), "cancelled")
  assert.equal(now(), 1000)
})

virtual("at most `limit` coroutines and functions run at a time, in order", async () => {
  let running = 0
  let most = 0
  const order: number[] = []
  const visit = asyncio.coroutine("visit", async (i: number) => {
    order.push(i)
    running += 1
    most = Math.max(most, running)
    await asyncio.sleep(1 + (i % 2))
    running -= 1
    return i
  })
  const work = [0, 1, 2, 3, 4, 5].map((i) => (i < 3 ? visit(i) : () => visit(i)))
  assert.deepEqual(await asyncio.gather(work, { limit: 2 }), [0, 1, 2, 3, 4, 5])
  assert.equal(most, 2)
  assert.deepEqual(order, [0, 1, 2, 3, 4, 5])
})

virtual("with a limit a failure leaves its place to the next, and returnExceptions still lists it", async () => {
  const results = asyncio.gather([fail(1), nap(1), () => Promise.reject(boom)], { limit: 1, returnExceptions: true })
  assert.deepEqual(await results, [boom, 1, boom])
})

virtual("cancelled with a limit, what has not begun never runs, and nobody calls it forgotten", async () => {
  for (const begun of [0, 3]) {
    const gathering = asyncio.gather([nap(5), nap(6), nap(7)], { limit: 1, returnExceptions: true })
    await ticks(begun)
    gathering.cancel()
    await thrownAs(asyncio.CancelledError, gathering)
  }
  assert.equal(now(), 0)
})

virtual("a limit below 1, a list that is none and a child that cannot be awaited are refused at the call", async () => {
  assert.ok(thrownBy(() => asyncio.gather([], { limit: 0 })) instanceof RangeError)
  assert.ok(thrownBy(() => asyncio.gather([], { limit: 1.5 })) instanceof TypeError)
  for (const wrong of [Promise.resolve(), new asyncio.Future(), () => 1, 5, "ab", null, undefined]) {
    const error = thrownBy(() => asyncio.gather(wrong as never))
    assert.ok(error instanceof TypeError)
    assert.match(error.message, /gather takes a list of awaitables: gather\(\[a\(\), b\(\)\]\), not/)
  }
  for (const options of [{}, { limit: 1 }]) {
    assert.match(thrownBy(() => asyncio.gather([5 as never], options)).message, /coroutine, future, promise or function is needed, not 5/)
  }
})

virtual("a coroutine that has started is refused, with a limit too", async () => {
  const started = nap(0)
  await started
  for (const options of [{}, { limit: 1 }]) {
    const error = thrownBy(() => asyncio.gather([started], options))
    assert.ok(error instanceof asyncio.RuntimeError)
    assert.match(error.message, /<coroutine nap> has already started; call the function again/)
  }
})

test("outside a loop it is refused, and so is a future of another loop", async () => {
  const outside = thrownBy(() => asyncio.gather([]))
  assert.ok(outside instanceof asyncio.RuntimeError)
  assert.match(outside.message, /no running event loop/)
  let foreign: asyncio.Future<unknown> | undefined
  await runVirtual(async () => {
    foreign = new asyncio.Future()
  })
  await runVirtual(async () => {
    const own = new asyncio.Future()
    assert.match(thrownBy(() => asyncio.gather([own, foreign as asyncio.Future<unknown>])).message, /belongs to another event loop/)
  })
})

virtual("cancelling it when its children have just ended is refused, and it gives their results (R57)", async () => {
  const child = new asyncio.Future<number>()
  const gathering = asyncio.gather([child])
  child.setResult(1)
  assert.equal(gathering.cancel(), false)
  assert.deepEqual(await gathering, [1])
})

virtual("the message of a cancellation reaches whoever awaits it, also if the children returned values (R62)", async () => {
  const between = async (): Promise<unknown> => asyncio.sleep(0).catch(() => "went on")
  for (const count of [1, 3]) {
    const gathering = asyncio.gather(Array.from({ length: count }, () => between), { returnExceptions: true })
    await ticks(1)
    gathering.cancel("stop")
    assert.equal((await thrownAs(asyncio.CancelledError, gathering)).reason, "stop")
  }
})

virtual("with returnExceptions a future that was cancelled is listed with its message (R59)", async () => {
  const children = [new asyncio.Future(), new asyncio.Future()] as const
  const gathering = asyncio.gather(children, { returnExceptions: true })
  await ticks(1)
  children[0].cancel("why")
  children[1].cancel()
  const listed = (await gathering) as unknown[]
  assert.deepEqual(listed.map((error) => error instanceof asyncio.CancelledError && error.reason), ["why", ""])
})

virtual("the same coroutine is known again when a task factory wraps one that stands beside it", async () => {
  const loop = asyncio.getRunningLoop()
  const [plain, wrapped] = [nap(1, "plain"), nap(1, "wrapped")]
  loop.setTaskFactory((factoryLoop, work, options) => new asyncio.Task(work === wrapped ? async () => work : work, { ...options, loop: factoryLoop }))
  const call = (): string => "called"
  assert.deepEqual(await asyncio.gather([call, plain, wrapped, plain, wrapped]), ["called", "plain", "wrapped", "plain", "wrapped"])
  loop.setTaskFactory(null)
})

test("futures are gathered on their own loop, from outside too", async () => {
  let own: asyncio.EventLoop | undefined
  const future = await runVirtual(async () => {
    own = asyncio.getRunningLoop()
    const done = new asyncio.Future<number>()
    done.setResult(1)
    return { done }
  })
  const gathering = asyncio.gather([future.done])
  assert.equal(gathering.getLoop(), own)
  assert.deepEqual(gathering.result(), [1])
})

virtual("it says what it is, and what limit was wrong", () => {
  assert.equal(asyncio.gather([])[Symbol.toStringTag], "gather")
  assert.match(thrownBy(() => asyncio.gather([], { limit: 0 })).message, /^the limit of gather must be at least 1, but is 0$/)
})

virtual("where it was made is taken while there is time for that, and only then", () => {
  const { left, taker } = awaitLines
  const made: object[] = []
  try {
    awaitLines.taker = { ...taker, made: (awaitable: object) => void made.push(awaitable) } as typeof taker
    awaitLines.left = 0
    const without = asyncio.gather([])
    awaitLines.left = 1
    const taken = asyncio.gather([])
    assert.deepEqual([made.includes(without), made.includes(taken)], [false, true])
  } finally {
    Object.assign(awaitLines, { left, taker })
  }
})

virtual("a done callback sees the results", async () => {
  const seen: unknown[] = []
  const gathering = asyncio.gather([nap(1), nap(2)])
  gathering.addDoneCallback((future) => seen.push(future.result()))
  await gathering
  await ticks(1)
  assert.deepEqual(seen, [[1, 2]])
})

virtual("what children set in context variables stays with them", async () => {
  const variable = new asyncio.ContextVar("variable", { default: "outer" })
  const child = async (): Promise<string> => {
    variable.set("child")
    return variable.get()
  }
  assert.deepEqual(await asyncio.gather([child, child]), ["child", "child"])
  assert.equal(variable.get(), "outer")
})

randomVirtual("random children: each result stands at its place, or the earliest failure is thrown", 60, async (random) => {
  const count = 1 + random.below(8)
  const plans = Array.from({ length: count }, (_, i) => ({ i, at: random.below(1000), fails: random.chance(25) }))
  const work = plans.map(({ i, at, fails }) => async () => {
    await asyncio.sleep((at * count + i) / 1000)
    if (fails) throw new Error(String(i))
    return i
  })
  const returnExceptions = random.chance(50)
  const failures = plans.filter((plan) => plan.fails).sort((a, b) => a.at * count + a.i - b.at * count - b.i)
  const [first] = failures
  const gathering = asyncio.gather(work, { returnExceptions })
  if (first !== undefined && !returnExceptions) {
    assert.equal(((await thrown(gathering)) as Error).message, String(first.i))
    return
  }
  const results = await gathering
  assert.deepEqual(
    results.map((result) => (result instanceof Error ? Number(result.message) : result)),
    plans.map(({ i }) => i),
  )
})
