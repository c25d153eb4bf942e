import assert from "node:assert/strict"
import { EventEmitter } from "node:events"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { leakGuard, LeakError, runTest, type Leak, type LeakGuardOptions, type RunTestOptions } from "asyncio-ts/testing"

/** What a test leaves, as its error tells. */
async function left(body: Parameters<typeof runTest<unknown>>[0], options: RunTestOptions = {}): Promise<readonly Leak[]> {
  try {
    await runTest(body, options)
  } catch (error) {
    assert.ok(error instanceof LeakError, String(error))
    assert.equal(error.code, "ERR_LEAK")
    return error.leaks
  }
  return []
}

const HERE = /leak-guard\.test\.ts:\d+:\d+/

test("a task that has not ended is told of, with what it waits for and where it was made", async () => {
  const [leak, ...others] = await left(async () => {
    asyncio.createTask(asyncio.sleep(100), { name: "poller" })
  })
  assert.deepEqual([leak?.kind, leak?.what, others], ["task", "task 'poller', which waits for: timer, 100 s left", []])
  assert.match(leak?.place ?? "", HERE)
})

test("one that was cancelled, or is about to end, is none", async () => {
  const leaks = await left(async () => {
    asyncio.createTask(asyncio.sleep(100)).cancel()
    asyncio.createTask(async () => {
      for (let step = 0; step < 5; step += 1) await asyncio.sleep(0)
    })
  })
  assert.deepEqual(leaks, [])
})

test("a timer is told of, unless it was cancelled or has run", async () => {
  const leaks = await left(async ({ loop }) => {
    loop.callLater(1, () => undefined)
    loop.callLater(60, () => undefined).cancel()
    loop.callLater(60, function wake() {})
    await asyncio.sleep(2)
  })
  assert.deepEqual(leaks.map(({ kind, what }) => [kind, what]), [["timer", "a timer for 'wake', due in 58.000 s"]])
  assert.match(leaks[0]?.place ?? "", HERE)
})

test("a coroutine that nobody awaited is told of once, and not as a warning too", async () => {
  const warnings: string[] = []
  const onWarning = ({ message }: Error): number => warnings.push(message)
  process.on("warning", onWarning)
  const brew = asyncio.coroutine("brew", async () => "tea")
  const leaks = await left(async () => {
    void brew()
  })
  await new Promise(setImmediate)
  process.off("warning", onWarning)
  assert.deepEqual(leaks.map(({ kind, what }) => [kind, what]), [["coroutine", "coroutine 'brew', which was never awaited"]])
  assert.match(leaks[0]?.place ?? "", HERE)
  assert.deepEqual(warnings, [])
})

test("a lock or a permit held by a task that has ended is told of, where it was taken; one that was given back is not", async () => {
  const lock = new asyncio.Lock({ name: "db" })
  const slots = new asyncio.Semaphore(3, { name: "slots" })
  const leaks = await left(async () => {
    await lock.acquire()
    await asyncio.createTask(() => slots.acquire())
    await slots.run(() => asyncio.sleep(1))
    const held = await new asyncio.Lock({ name: "good" }).acquire()
    held.release()
  })
  assert.deepEqual(
    leaks.map(({ kind, what }) => [kind, what]),
    [
      ["permit", "<Lock 'db' [locked]>, held by a task that has ended"],
      ["permit", "<Semaphore 'slots' [unlocked, value:2]>, held by a task that has ended"],
    ],
  )
  for (const { place } of leaks) assert.match(place ?? "", HERE)
})

test("what a task still holds that the end of the test cancels is given back, and told of as the task alone", async () => {
  const lock = new asyncio.Lock()
  const leaks = await left(async () => {
    asyncio.createTask(() => lock.run(() => asyncio.sleep(100)), { name: "holder" })
    await asyncio.sleep(1)
  })
  assert.deepEqual(leaks.map(({ kind }) => kind), ["task"])
  assert.equal(lock.locked(), false)
})

test("a listener that was added through us, and those of the process, are told of; not one that was taken off", async () => {
  const emitter = new EventEmitter()
  const signal = new AbortController().signal
  const listener = (): void => undefined
  const kept: unknown[] = []
  const leaks = await left(async ({ loop }) => {
    kept.push(asyncio.fromEvent(emitter, "job").open(), asyncio.fromEvent(emitter, "part", { signal }).open())
    process.on("SIGUSR2", listener)
    loop.callSoon(() => emitter.emit("done"))
    for await (const _ of asyncio.fromEvent(emitter, "done")) break
    loop.callSoon(() => emitter.emit("done"))
    await asyncio.fromEvent(emitter, "done")
  })
  process.off("SIGUSR2", listener)
  assert.deepEqual(
    leaks.map(({ what }) => what),
    ["job' of an EventEmitter", "part' of an EventEmitter", "abort' of an AbortSignal", "SIGUSR2' of process"].map((what) => `a listener for '${what}`),
  )
  for (const { place } of leaks.slice(0, 3)) assert.match(place ?? "", HERE)
})

test("a server that was not closed is told of, and one that was is not", async () => {
  const leaks = await left(
    async () => {
      const good = await asyncio.startServer(() => undefined, "127.0.0.1", 0)
      good.close()
      await good.waitClosed()
      await asyncio.startServer(() => undefined, "127.0.0.1", 0)
    },
    { clock: "real", realTimeout: 60 },
  )
  assert.deepEqual(leaks.map(({ kind }) => kind), ["resource"])
  assert.match(leaks[0]?.what ?? "", /^<Server serving on 127\.0\.0\.1:\d+, 0 connections>$/)
})

test("what else keeps the process going is told of by the host's name for it", async () => {
  let interval: NodeJS.Timeout | undefined
  const leaks = await left(async () => {
    interval = setInterval(() => undefined, 1000)
    setTimeout(() => undefined, 1)
  })
  clearInterval(interval)
  assert.deepEqual(leaks, [{ kind: "handle", what: "a handle of the host: Timeout" }])
})

test("code that was left behind at a foreign promise is told of", async () => {
  const leaks = await left(async ({ clock }) => {
    const waiting = asyncio.createTask(() => asyncio.moveOnAfter(1).run(() => new Promise<void>(() => undefined)))
    await asyncio.sleep(0)
    clock.advance(2)
    await waiting
  })
  assert.deepEqual(leaks.map(({ kind }) => kind), ["left behind"])
})

test("what is allowed by kind, words or function is no leak", async () => {
  const leave = async (): Promise<void> => {
    asyncio.createTask(asyncio.sleep(100), { name: "poller" })
    asyncio.getRunningLoop().callLater(60, function tick() {})
  }
  const allowing = async (...allow: NonNullable<LeakGuardOptions["allow"]>): Promise<string[]> =>
    (await left(leave, { leaks: { allow } })).map(({ kind }) => kind)
  assert.deepEqual(await allowing(), ["task", "timer"])
  assert.deepEqual(await allowing("task"), ["timer"])
  assert.deepEqual(await allowing(/'poller'/g, /'poller'/g), ["timer"])
  assert.deepEqual(await allowing(/poller/, ({ what }) => what.includes("tick")), [])
  assert.deepEqual(await left(leave, { leaks: false }), [])
  for (const allow of ["task", ["tasks"], [null]]) {
    await assert.rejects(runTest(leave, { leaks: { allow: allow as never } }), /^TypeError: allow of a leak guard is a list of kinds of leaks/)
  }
})

test("the message names each with where it was made and what to do", async () => {
  const error = await runTest(async () => {
    asyncio.createTask(asyncio.sleep(100), { name: "poller" })
    asyncio.getRunningLoop().callLater(60, () => undefined)
  }).catch((caught: unknown) => caught as LeakError)
  const lines = String(error).split("\n")
  assert.match(lines[0] ?? "", /^LeakError: the test left 2 things behind; what is meant so goes into `allow`:$/)
  assert.equal(lines[1], "  - task 'poller', which waits for: timer, 100 s left")
  assert.match(lines[2] ?? "", /^ {6}made at .*leak-guard\.test\.ts:\d+:\d+\)?$/)
  assert.equal(lines[3], "      await it, cancel it and await it, or make it in a TaskGroup")
})

test("a guard of one's own watches the loops that a test runs itself, and stops with its check", async () => {
  const guard = leakGuard()
  const lock = new asyncio.Lock({ name: "db" })
  const task = await asyncio.run(async () => {
    await lock.acquire()
    return { name: asyncio.currentTask()?.getName() }
  })
  await assert.rejects(guard.check(), (error: LeakError) => error.leaks.length === 1 && error.message.includes("'db'"))
  assert.ok(task.name !== undefined)
  await asyncio.run(async () => {
    const inside = leakGuard()
    asyncio.getRunningLoop().callLater(60, () => undefined)
    asyncio.createTask(asyncio.sleep(60))
    await assert.rejects(inside.check(), (error: LeakError) => error.leaks.map(({ kind }) => kind).join() === "task,timer")
    await leakGuard().check()
  })
})

test("what was there before the test is none of its leaks", async () => {
  const interval = setInterval(() => undefined, 1000)
  const listener = (): void => undefined
  process.on("SIGUSR2", listener)
  const lock = new asyncio.Lock()
  await asyncio.run(() => lock.acquire())
  assert.deepEqual(await left(async () => asyncio.sleep(1)), [])
  process.off("SIGUSR2", listener)
  clearInterval(interval)
})

test("where a test fails by itself, its own error is told and nothing else", async () => {
  const failure = new Error("on purpose")
  await assert.rejects(
    runTest(async () => {
      asyncio.createTask(asyncio.sleep(100))
      throw failure
    }),
    (error) => error === failure,
  )
})

test("a run beside the guard's own is no listener of the process", async () => {
  let end = (): void => undefined
  const ended = new Promise<void>((resolve) => (end = resolve))
  const guard = leakGuard({ allow: ["task"] })
  const other = asyncio.run(() => ended)
  await guard.check()
  end()
  await other
  // And the other way round.
  const [second, first] = [asyncio.run(() => asyncio.sleep(0)), leakGuard()]
  await second
  await first.check()
})

test("the task that awaits the one who checks is none that is left", async () => {
  const guard = leakGuard()
  await asyncio.run(async () => {
    await asyncio.createTask(() => asyncio.gather([() => guard.check()]))
  })
})

test("code that was just called and is about to wait is no coroutine that nobody awaited", async () => {
  await asyncio.run(async () => {
    const guard = leakGuard()
    const event = new asyncio.Event()
    const waiting = (async () => {
      await event.wait()
    })()
    await guard.check()
    event.set()
    await waiting
  })
})

test("two guards that overlap leave no watcher behind", async () => {
  const { listeningWatchers } = await import("#src/tasks/event-source.ts")
  const before = listeningWatchers.size
  const [first, second] = [leakGuard(), leakGuard()]
  first.stop()
  second.stop()
  assert.equal(listeningWatchers.size, before)
})
