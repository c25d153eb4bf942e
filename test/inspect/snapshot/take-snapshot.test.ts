import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import { snapshotNow, takeSnapshot } from "#src/inspect/agent.ts"
import type { Snapshot, SnapshotTask } from "#src/inspect/snapshot.ts"

function taskOf(snapshot: Snapshot, name: string): SnapshotTask {
  const found = snapshot.tasks.filter((task) => task.name === name)
  assert.equal(found.length, 1, `tasks called ${name}`)
  return found[0] as SnapshotTask // there is one
}

/** A snapshot of the loop that runs, at once and in pieces, which must not differ. */
async function both(): Promise<Snapshot> {
  const now = snapshotNow()
  const taken = takeSnapshot()
  const whole = await taken
  const timeless = ({ tasks, resources, deadlocks }: Snapshot): unknown => ({ tasks: tasks.map(({ id, name, state, waits, awaitedBy }) => [id, name, state, waits.map(({ kind, awaits, holders, resource }) => [kind, awaits, holders, resource]), awaitedBy]), resources, deadlocks })
  assert.deepEqual(timeless(whole), timeless(now))
  return now
}

test("each state of a task is told, with its age and how long it lasts", () =>
  runVirtual(async () => {
    const leave = new asyncio.Event()
    const sleeper = asyncio.createTask(() => asyncio.sleep(10), { name: "sleeper" })
    let settle: () => void = () => undefined
    const promise = new Promise<void>((resolve) => (settle = resolve))
    const ready = asyncio.createTask(() => leave.wait(), { name: "woken" })
    await asyncio.sleep(2)
    const foreign = asyncio.createTask(() => promise, { name: "foreign" })
    await asyncio.sleep(0)
    asyncio.createTask(() => asyncio.sleep(0), { name: "new" })
    leave.set()
    const snapshot = snapshotNow()
    const states = snapshot.tasks.map(({ name, state }) => `${name} ${state}`)
    assert.deepEqual(states.slice(1), ["sleeper waiting", "woken ready", "foreign waiting", "new not started"])
    assert.equal(taskOf(snapshot, "foreign").waits[0]?.kind, "promise")
    assert.match(states[0] ?? "", /^Task-\d+ running$/)
    const { age, since, waits } = taskOf(snapshot, "sleeper")
    assert.deepEqual([age, since, waits.length, waits[0]?.left, waits[0]?.internal], [2, 2, 1, 8, false])
    assert.deepEqual([taskOf(snapshot, "woken").waits, taskOf(snapshot, "woken").since], [[], undefined])
    sleeper.cancel()
    settle()
    await asyncio.wait([sleeper, foreign, ready])
  }))

test("who awaits whom is told over every form, and back", () =>
  runVirtual(async () => {
    const leaf = (name: string): asyncio.Task<void> => asyncio.createTask(() => asyncio.sleep(1), { name })
    const forms: Record<string, (a: asyncio.Task<void>, b: asyncio.Task<void>) => PromiseLike<unknown>> = {
      await: (a, b) => Promise.all([a, b]),
      gather: (a, b) => asyncio.gather([a, b]),
      "nested gather": (a, b) => asyncio.gather([asyncio.gather([a]), b]),
      wait: (a, b) => asyncio.wait([a, b]),
      shield: (a, b) => asyncio.gather([asyncio.shield(a), asyncio.shield(b)]),
      waitFor: (a, b) => asyncio.waitFor(asyncio.gather([a, b]), 5),
      "waitFor without time": (a, b) => asyncio.gather([asyncio.waitFor(a, null), b]),
      asCompleted: async (a, b) => {
        for await (const _ of asyncio.asCompleted([a, b])) assert.ok(a.done() || b.done())
      },
      timeout: (a, b) => asyncio.timeout(5).run(() => asyncio.wait([a, b])),
      coroutine: (a, b) => asyncio.coroutine("helper", async () => void (await asyncio.wait([a, b])))(),
    }
    const pairs = Object.entries(forms).map(([form, wait]) => {
      const [a, b] = [leaf(`${form} a`), leaf(`${form} b`)]
      return { form, task: asyncio.createTask(async () => void (await wait(a, b)), { name: form }) }
    })
    await asyncio.sleep(0.5)
    const snapshot = await both()
    const path = (from: SnapshotTask): string[] => from.waits.flatMap(({ awaits }) => awaits).flatMap((id) => {
      const next = snapshot.tasks.find((task) => task.id === id)
      assert.ok(next !== undefined && next.awaitedBy.includes(from.id))
      return next.awaitedBy.length === 1 && /^Task-/.test(next.name) ? path(next) : [next.name]
    })
    for (const { form } of pairs) assert.deepEqual(path(taskOf(snapshot, form)).sort(), [`${form} a`, `${form} b`], form)
    await asyncio.wait(pairs.map(({ task }) => task))
  }))

test("a group's tasks are awaited by who stands in it, while its body runs and when that is over", () =>
  runVirtual(async () => {
    const holder = asyncio.createTask(() => new asyncio.TaskGroup().run(async (group) => {
      group.createTask(() => asyncio.sleep(3), { name: "child" })
      await asyncio.sleep(1)
    }), { name: "parent" })
    await asyncio.sleep(0.5)
    const during = await both()
    const child = taskOf(during, "child")
    assert.deepEqual([taskOf(during, "parent").waits[0]?.awaits, taskOf(during, "parent").scopes], [[], [{ kind: "TaskGroup", tasks: [child.id] }]])
    assert.deepEqual([child.awaitedBy, child.parent], [[taskOf(during, "parent").id], taskOf(during, "parent").id])
    await asyncio.sleep(1)
    const after = await both()
    assert.deepEqual([taskOf(after, "parent").waits[0]?.awaits, taskOf(after, "parent").scopes], [[child.id], undefined])
    await holder
  }))

test("several lines of one task are several waits", () =>
  runVirtual(async () => {
    const lock = new asyncio.Lock({ name: "db" })
    await lock.acquire()
    const task = asyncio.createTask(() => Promise.all([asyncio.sleep(1), lock.acquire(), new asyncio.Event().wait()]), { name: "three" })
    await asyncio.sleep(0.1)
    const { waits } = taskOf(await both(), "three")
    assert.deepEqual(waits.map(({ kind }) => kind).sort(), ["Event.wait", "Lock.acquire", "sleep"])
    task.cancel()
    await asyncio.wait([task])
  }))

test("requests to cancel are told with who and why, also before a task begins", () =>
  runVirtual(async () => {
    const stubborn = asyncio.createTask(async () => {
      try {
        await asyncio.sleep(10)
      } catch {
        await asyncio.sleep(10)
      }
    }, { name: "stubborn" })
    await asyncio.sleep(0.1)
    await asyncio.createTask(async () => void stubborn.cancel("too slow"), { name: "watcher" })
    await asyncio.sleep(0.1)
    const unborn = asyncio.createTask(() => asyncio.sleep(1), { name: "unborn" })
    unborn.cancel()
    const snapshot = snapshotNow()
    assert.deepEqual(taskOf(snapshot, "stubborn").cancelling, { requests: 1, by: "task 'watcher'", why: "too slow" })
    assert.equal(taskOf(snapshot, "stubborn").state, "waiting")
    assert.deepEqual([taskOf(snapshot, "unborn").state, taskOf(snapshot, "unborn").cancelling?.requests], ["not started", 1])
    assert.equal(snapshot.tasks.find(({ parent }) => parent === undefined)?.cancelling, undefined)
    stubborn.cancel()
    await asyncio.wait([stubborn, unborn])
  }))

test("locks and queues are told with who holds them, who waits and how full they are", () =>
  runVirtual(async () => {
    const lock = new asyncio.Lock({ name: "db" })
    const jobs = new asyncio.Queue<number>(2, { name: "jobs" })
    const holder = asyncio.createTask(() => lock.run(() => asyncio.sleep(10)), { name: "holder" })
    const waiters = ["first", "second"].map((name) => asyncio.createTask(() => lock.run(() => undefined), { name }))
    await jobs.put(1)
    await jobs.put(2)
    const putter = asyncio.createTask(() => jobs.put(3), { name: "putter" })
    await asyncio.sleep(0.1)
    const snapshot = await both()
    const id = (name: string): number => taskOf(snapshot, name).id
    const [db, queue] = ["db", "jobs"].map((name) => snapshot.resources.find((resource) => resource.name === name))
    assert.deepEqual([db?.kind, db?.state, db?.holders, db?.waiting], ["Lock", "locked, waiters:2", [id("holder")], [id("first"), id("second")]])
    assert.deepEqual([queue?.kind, queue?.depth, queue?.capacity, queue?.waiting], ["Queue", 2, 2, [id("putter")]])
    assert.deepEqual([taskOf(snapshot, "first").waits[0]?.resource, taskOf(snapshot, "first").waits[0]?.holders], [db?.id, [id("holder")]])
    assert.equal(taskOf(snapshot, "first").waits[0]?.text, "lock 'db', held by 'holder' for 100 ms, 1st in line")
    for (const task of [holder, putter]) task.cancel()
    await asyncio.wait([holder, putter, ...waiters])
  }))

test("a lock that nobody waits for is told of while a task holds it that lives", () =>
  runVirtual(async () => {
    const lock = new asyncio.Lock({ name: "seen before" })
    await asyncio.gather([() => lock.run(() => asyncio.sleep(1)), () => lock.run(() => undefined)])
    const named = (): (string | undefined)[] => snapshotNow().resources.filter(({ name }) => name === "seen before").map(({ state }) => state)
    assert.deepEqual(named(), [])
    await lock.run(async () => assert.deepEqual(named(), ["locked"]))
  }))

test("lines of awaits are told, innermost first, or left out", () =>
  runVirtual(async () => {
    const inner = asyncio.coroutine(async function inner() {
      await asyncio.sleep(1)
    })
    const task = asyncio.createTask(async function outer() {
      await inner()
    }, { name: "lines" })
    await asyncio.sleep(0.1)
    const { frames } = taskOf(await takeSnapshot(), "lines")
    assert.deepEqual(frames.map(({ name }) => name), ["inner", "outer"])
    for (const { place } of frames) assert.match(place?.file ?? "", /take-snapshot\.test\.ts$/)
    assert.ok((frames[0]?.place?.line ?? 0) < (frames[1]?.place?.line ?? 0))
    const without = taskOf(snapshotNow({ lines: false }), "lines")
    assert.deepEqual(without.frames, [{ name: "inner" }, { name: "outer" }])
    await task
  }))

test("what a task waited for when it was looked at is told, though it goes on before the lines are read", async () => {
  await asyncio.run(async () => {
    const tasks = Array.from({ length: 500 }, (_, at) => asyncio.createTask(() => asyncio.sleep(at % 2 === 0 ? 0 : 60), { name: `quick ${at}` }))
    await asyncio.sleep(0)
    const taking = takeSnapshot()
    for (const task of tasks) task.cancel()
    await asyncio.wait(tasks)
    const snapshot = await taking
    assert.equal(snapshot.tasks.filter(({ name }) => name.startsWith("quick")).length, 500)
    assert.equal(taskOf(snapshot, "quick 1").state, "waiting")
    assert.equal(taskOf(snapshot, "quick 1").cancelling, undefined)
  })
})

test("several loops are told apart, and one that was stopped is gone", async () => {
  const loops = [1, 2].map(() => new asyncio.EventLoop())
  const gates = loops.map((loop) => loop.createFuture<void>())
  const running = loops.map((loop, at) => loop.runUntilComplete(loop.createTask(async () => gates[at], { name: `on loop ${at}` })))
  await new Promise((resolve) => setImmediate(resolve))
  const two = snapshotNow()
  assert.equal(new Set(two.tasks.map(({ loop }) => loop)).size, 2)
  assert.deepEqual(two.loops.map(({ running: runs, clock }) => [runs, clock]), [[true, "system"], [true, "system"]])
  gates[0]?.setResult()
  await running[0]
  const one = snapshotNow()
  assert.deepEqual(one.tasks.map(({ name, loop }) => [name, loop]), [["on loop 1", two.tasks[1]?.loop]])
  gates[1]?.setResult()
  await running[1]
  for (const loop of loops) loop.close()
  assert.deepEqual(snapshotNow().tasks, [])
})

test("a loop tells what is ready, its timers and those that call the program's code", () =>
  runVirtual(async () => {
    const loop = asyncio.getRunningLoop()
    const timers = [loop.callLater(60, () => undefined), loop.callLater(61, () => undefined)]
    timers[1]?.cancel()
    const sleeper = asyncio.createTask(() => asyncio.sleep(5))
    await asyncio.sleep(0)
    loop.callSoon(() => undefined)
    const [told] = snapshotNow().loops
    assert.deepEqual([told?.ready, told?.timers, told?.callbacks, told?.clock, told?.debug], [1, 2, 1, "virtual", false])
    timers[0]?.cancel()
    await sleeper
  }))

test("code that a callback runs belongs to no task", () =>
  runVirtual(async () => {
    let states: string[] = []
    asyncio.getRunningLoop().callLater(1, () => (states = snapshotNow().tasks.map(({ state }) => state)))
    await asyncio.sleep(2)
    assert.deepEqual(states, ["waiting"])
  }))

test("a chain of three thousand coroutines is cut and not a stack overflow", () =>
  runVirtual(async () => {
    const deep = asyncio.coroutine("deep", async (left: number): Promise<void> => (left === 0 ? await asyncio.sleep(1) : await deep(left - 1)))
    const task = asyncio.createTask(() => deep(3000), { name: "deep" })
    await asyncio.sleep(0.5)
    assert.equal(taskOf(snapshotNow({ lines: false }), "deep").frames.length, 1000)
    await task
  }))

test("the process is told", () => {
  const { pid, node, program, takenAt, uptime, version, paused, handles } = snapshotNow()
  assert.deepEqual([version, pid, node, program], [1, process.pid, process.version, process.argv[1]])
  assert.ok(Math.abs(Date.parse(takenAt) - Date.now()) < 5000)
  assert.ok(uptime > 0 && paused > 0 && Array.isArray(handles))
})
