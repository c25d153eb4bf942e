import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import { host } from "#src/host/host.ts"
import { agents, installAgent, snapshotNow, takeSnapshot, type Agent } from "#src/inspect/agent.ts"
import type { Snapshot } from "#src/inspect/snapshot.ts"
import { parseSnapshot } from "#src/inspect/snapshot/snapshot-text.ts"
import { version } from "#src/inspect/version.ts"
import { longTest } from "../support/older-node.ts"
import { sketch } from "./snapshot/sketch.ts"

const listed = (globalThis as { [key: symbol]: Agent[] })[Symbol.for("asyncio-ts.runtimes")] as Agent[] // asyncio-ts is imported

function own(): Agent {
  const [agent] = agents()
  assert.ok(agent !== undefined)
  return agent
}

/** Takes a text as somebody outside does. */
async function readInSlices(agent: Agent, size: number): Promise<string> {
  const { id, length } = await agent.prepareJson()
  let text = ""
  for (let from = 0; from < length; from += size) text += agent.readJson(id, from, from + size)
  assert.equal(agent.readJson(id, 0, 10), "", "it is dropped when its end was read")
  return text
}

test("importing the library lists its agent once, with the version of the package", () => {
  assert.equal(listed.length, 1)
  const { version: packed } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }
  assert.deepEqual([own().protocol, own().version, version], [1, packed, packed])
  installAgent("0", () => assert.fail("it is there already"))
  assert.equal(listed.length, 1)
})

test("as text, at once and in slices, a snapshot is the same", () =>
  runVirtual(async () => {
    const lock = new asyncio.Lock({ name: "日本 \u{1f512}" })
    await lock.acquire()
    const tasks = Array.from({ length: 50 }, (_, at) => asyncio.createTask(() => lock.acquire(), { name: `waits ${at}` }))
    await asyncio.sleep(1)
    const stripped = ({ takenAt: _t, uptime: _u, paused: _p, handles: _h, tasks: all, ...rest }: Snapshot): unknown => ({ ...rest, tasks: all.filter(({ name }) => name.startsWith("waits")) })
    const want = stripped(JSON.parse(JSON.stringify(snapshotNow({ lines: false }))) as Snapshot)
    assert.deepEqual(stripped(parseSnapshot(own().snapshotJson({ lines: false }))), want)
    const sliced = parseSnapshot(await readInSlices(own(), 777))
    assert.deepEqual(sliced.tasks.map(({ name, frames }) => [name, frames.length > 0]), parseSnapshot(own().snapshotJson()).tasks.map(({ name, frames }) => [name, frames.length > 0]))
    for (const task of tasks) task.cancel()
    await asyncio.wait(tasks)
  }))

test("texts that nobody reads to their end make room for later ones", async () => {
  const agent = own()
  const first = await agent.prepareJson()
  const others = await Promise.all(Array.from({ length: 4 }, () => agent.prepareJson()))
  assert.equal(agent.readJson(first.id, 0, 10), "")
  for (const { id } of others) {
    assert.notEqual(agent.readJson(id, 0, 10), "")
    agent.dropJson(id)
    assert.equal(agent.readJson(id, 0, 10), "")
  }
})

test("what several copies know is one snapshot, with numbers of its own for each", async () => {
  const other = sketch([{ id: 1, on: [2], parent: 2, scopes: [{ kind: "TaskGroup", tasks: [2] }] }, { id: 2 }], {
    resources: [{ id: 1, kind: "Lock", name: "other", state: "locked", holders: [2], waiting: [1] }],
    deadlocks: [{ how: "certain", tasks: [1, 2], text: "", resources: [1] }],
    leaks: [{ kind: "growing queue", task: 1, resource: 1, text: "" }],
    paused: 7,
  })
  const copy = { protocol: 1, version: "9.9.9", snapshotNow: () => other, takeSnapshot: () => Promise.resolve(other), measureOwnCpu: () => false } as unknown as Agent // as far as it is called
  const stranger = { protocol: 2 } as unknown as Agent // of a later version
  listed.push(copy, stranger)
  try {
    await runVirtual(async () => {
      const lock = new asyncio.Lock()
      await lock.acquire()
      const task = asyncio.createTask(() => lock.acquire(), { name: "ours" })
      await asyncio.sleep(1)
      for (const whole of [snapshotNow(), await takeSnapshot()]) {
        const ours = whole.tasks.findLast(({ name }) => name === "ours")
        const [t1, t2] = whole.tasks.slice(-2)
        assert.ok(ours !== undefined && t1 !== undefined && t2 !== undefined)
        const shift = t1.id - 1
        assert.ok(shift >= ours.id)
        assert.deepEqual([t2.id, t1.waits[0]?.awaits, t1.parent, t2.awaitedBy, t1.scopes], [shift + 2, [t2.id], t2.id, [t1.id], [{ kind: "TaskGroup", tasks: [t2.id] }]])
        assert.notEqual(t1.loop, ours.loop)
        const resource = whole.resources.at(-1)
        assert.deepEqual([resource?.name, resource?.holders, resource?.waiting], ["other", [t2.id], [t1.id]])
        assert.equal(new Set(whole.resources.map(({ id }) => id)).size, whole.resources.length)
        assert.deepEqual(whole.deadlocks.at(-1), { how: "certain", tasks: [t1.id, t2.id], text: "", resources: [resource?.id] })
        assert.deepEqual([whole.leaks.at(-1)?.task, whole.leaks.at(-1)?.resource], [t1.id, resource?.id])
        assert.equal(whole.paused, 7)
      }
      task.cancel()
      await asyncio.wait([task])
    })
  } finally {
    listed.splice(listed.indexOf(copy), 2)
  }
})

test("what goes wrong is told in one sentence, and does not throw at whoever evaluates", () => {
  const broken = { protocol: 1, snapshotNow: () => { throw new TypeError("a copy of another time") } } as unknown as Agent // as far as it is called
  listed.push(broken)
  try {
    const text = own().snapshotJson()
    assert.deepEqual(JSON.parse(text), { error: "the snapshot could not be taken: TypeError: a copy of another time" })
    assert.throws(() => parseSnapshot(text), /a copy of another time/)
  } finally {
    listed.splice(listed.indexOf(broken), 1)
  }
  assert.throws(() => parseSnapshot("{"), SyntaxError)
})

test("CPU is measured while somebody wants it", () =>
  asyncio.run(async () => {
    const computed = new asyncio.Event()
    const busy = asyncio.createTask(async () => {
      for (let round = 0; round < 5; round += 1) {
        const until = performance.now() + 4
        while (performance.now() < until) {
          // computes
        }
        await asyncio.sleep(0.001)
      }
      computed.set()
      await asyncio.sleep(60)
    }, { name: "busy" })
    const idle = asyncio.createTask(() => asyncio.sleep(60), { name: "idle" })
    const used = (name: string): { used: number; over: number } | undefined => snapshotNow({ lines: false }).tasks.find((task) => task.name === name)?.cpu
    assert.equal(used("busy"), undefined)
    assert.equal(own().measureCpu(true), true)
    assert.equal(own().measureCpu(true), true)
    await computed.wait()
    const [most, least] = [used("busy"), used("idle")]
    assert.ok(most !== undefined && least !== undefined)
    assert.ok(most.used >= 0.0199 && most.used <= most.over, `${most.used} of ${most.over} s`)
    assert.ok(least.used < most.used / 2 && least.over >= most.used, `${least.used} of ${least.over} s`)
    assert.equal(own().measureCpu(false), true)
    assert.equal(own().measureCpu(false), false)
    assert.equal(own().measureCpu(false), false)
    assert.equal(used("busy"), undefined)
    for (const task of [busy, idle]) task.cancel()
    await asyncio.wait([busy, idle])
  }))

test("a recording is begun and ended through the agent", () =>
  asyncio.run(async () => {
    assert.throws(() => own().stopRecording(), /cannot stop recording: startRecording was not called/)
    assert.equal(await own().startRecording(1000), true)
    assert.equal(await own().startRecording(), false)
    await asyncio.createTask(() => asyncio.sleep(0.001), { name: "recorded" })
    const { id, length } = own().stopRecording()
    const recording = JSON.parse(own().readJson(id, 0, length)) as { tasks: { name: string }[]; taken?: number }
    assert.ok(recording.tasks.some(({ name }) => name === "recorded"))
    assert.equal(typeof recording.taken, "number")
  }))

test("taking a snapshot of three thousand tasks leaves the loop its turns", (t) =>
  asyncio.run(async () => {
    const tasks = Array.from({ length: 3000 }, (_, at) => asyncio.createTask(() => asyncio.sleep(60), { name: `n${at}` }))
    await asyncio.sleep(0.05)
    let slower = 0
    const now = host.now.bind(host)
    // A millisecond more at each look at the clock: a fast machine takes as many pieces as a slow one.
    t.mock.method(host, "now", () => now() + (slower += 0.001))
    let turns = 0
    let ticking = true
    const tick = (): void => {
      turns += 1
      if (ticking) setImmediate(tick)
    }
    setImmediate(tick)
    const snapshot = await takeSnapshot()
    ticking = false
    assert.equal(snapshot.tasks.length, 3001)
    assert.ok(turns >= 10, `${turns} turns of the host`)
    for (const task of tasks) task.cancel()
    await asyncio.wait(tasks)
  }))

test("a recording that nobody ends, ends by itself", async () => {
  assert.equal(await own().startRecording(1000, 0.001), true)
  // It tells of the end by the next one that may begin.
  for (let look = 0; look < 2000 && !(await own().startRecording(1000)); look += 1) await new Promise((resolve) => setTimeout(resolve, 5))
  own().stopRecording()
  assert.throws(() => own().stopRecording(), /cannot stop recording: startRecording was not called, or its time was over/)
})

test("copies that a test runner has dropped are collected, but for one whose loop runs", { skip: longTest }, () => {
  const program = new URL("programs/reload.ts", import.meta.url)
  const said = execFileSync(process.execPath, ["--conditions=asyncio-ts:source", "--expose-gc", "--no-warnings", program.pathname], { encoding: "utf8", env: { ...process.env, NODE_OPTIONS: "" } })
  assert.equal(said, "1 alive after 5, 2 listed by the next\n")
})
