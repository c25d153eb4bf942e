import assert from "node:assert/strict"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { Recorder, type RecordedEvent, type Recording } from "asyncio-ts/inspect"
import { runVirtual, VirtualClock } from "asyncio-ts/testing"

import { takeLines } from "#src/inspect/take-lines.ts"
import { ownVectors, scenariosOf } from "../../conformance/files.ts"
import { runScenarios, type Located } from "../../conformance/runner.ts"

async function recorded(main: () => unknown, capacity?: number): Promise<Recording> {
  const recorder = new Recorder(capacity === undefined ? {} : { capacity }).start()
  try {
    await runVirtual(main, { name: "main" })
  } finally {
    recorder.stop()
  }
  return recorder.recording()
}

/** The events of the task called `name`, as `time kind`. */
function eventsOf({ tasks, events }: Recording, name: string): string[] {
  const ids = tasks.filter((task) => task.name === name).map(({ id }) => id)
  return events.filter(({ task }) => ids.includes(task)).map(told)
}

function told(event: RecordedEvent): string {
  const { kind, time } = event
  if (kind === "parked") return [time, kind, event.on, ...(event.detail === undefined ? [] : [`(${event.detail})`])].join(" ")
  return kind === "done" ? [time, event.how, ...(event.reason === undefined ? [] : [`(${event.reason})`])].join(" ") : `${time} ${kind}`
}

async function failureOf(work: PromiseLike<unknown>): Promise<unknown> {
  try {
    await work
  } catch (error) {
    return error
  }
  return undefined
}

describe("a Recorder", () => {
  it("tells what each task did, in the order in which it happened", async () => {
    const recording = await recorded(async () => {
      const nap = asyncio.createTask(asyncio.sleep(2), { name: "nap" })
      await asyncio.sleep(1)
      await nap
    })
    assert.deepEqual(eventsOf(recording, "nap"), ["0 created", "0 resumed", "0 parked sleep (2 s)", "2 ready", "2 resumed", "2 returned"])
    assert.deepEqual(
      eventsOf(recording, "main").map((event) => event.replace(/ \(.*/, "")),
      ["0 created", "0 resumed", "0 parked sleep", "1 ready", "1 resumed", "1 parked Task", "2 ready", "2 resumed", "2 returned"],
    )
    assert.equal(recording.dropped, 0)
    const times = recording.events.map(({ time }) => time)
    assert.deepEqual(times, times.toSorted((a, b) => a - b))
  })

  it("is plain data, the same as its JSON", async () => {
    const recording = await recorded(() => asyncio.gather([asyncio.sleep(1), asyncio.sleep(2)]))
    assert.deepEqual(JSON.parse(JSON.stringify(recording)), recording)
  })

  it("tells which task made which, and which code was left behind", async () => {
    const released = Promise.withResolvers<void>()
    const recording = await recorded(async () => {
      const child = asyncio.createTask(() => released.promise, { name: "child" })
      await asyncio.sleep(0)
      child.cancel("enough")
      await failureOf(child)
      released.resolve()
    })
    const [main, child, left] = recording.tasks
    assert.equal(child?.parent, main?.id)
    assert.deepEqual([main?.leftBehind, child?.leftBehind, left?.leftBehind], [false, false, true])
    assert.match(left?.name ?? "", /^left behind: .* of task 'child'/)
  })

  it("sees that a task waits for a native promise", async () => {
    const recording = await recorded(async () => {
      await new Promise((resolve) => setTimeout(resolve, 1))
    })
    assert.deepEqual(eventsOf(recording, "main"), ["0 created", "0 resumed", "0 parked promise", "0 returned"])
  })

  it("says why a task failed, and who cancelled it", async () => {
    const unspeakable = new Error("never seen")
    Object.defineProperty(unspeakable, "message", {
      get() {
        throw new Error("not even this")
      },
    })
    const recording = await recorded(async () => {
      const failing = (name: string, error: unknown): asyncio.Task<never> =>
        asyncio.createTask(
          async () => {
            throw error
          },
          { name },
        )
      const stopped = asyncio.createTask(asyncio.sleep(9), { name: "stopped" })
      const never = asyncio.createTask(asyncio.sleep(9), { name: "never" })
      never.cancel("no need")
      const failed = [
        failing("lines", new RangeError("one\ntwo")),
        failing("mute", new TypeError()),
        failing("text", "just text"),
        failing("unspeakable", unspeakable),
      ]
      await asyncio.wait([...failed, never])
      stopped.cancel("tea is ready")
      await asyncio.wait([stopped])
      for (const task of failed) task.exception()
    })
    const ends = Object.fromEntries(
      ["lines", "mute", "text", "unspeakable", "stopped", "never"].map((name) => [name, eventsOf(recording, name).at(-1)]),
    )
    assert.deepEqual(ends, {
      lines: "0 failed (RangeError: one)",
      mute: "0 failed (TypeError)",
      text: "0 failed (just text)",
      unspeakable: "0 failed (an error that cannot be shown)",
      stopped: "0 cancelled (cancelled by task 'main': tea is ready)",
      never: "0 cancelled (cancelled by task 'main': no need)",
    })
  })

  it("knows what the code of a task is called", async () => {
    const brew = asyncio.coroutine("brew", async () => undefined)
    const { tasks } = await recorded(async function kitchen() {
      await asyncio.createTask(brew())
    })
    assert.deepEqual(tasks.map(({ code }) => code), ["kitchen", "brew"])
  })

  it("knows a task by the name that it had last", async () => {
    const recording = await recorded(() => asyncio.currentTask()?.setName("renamed"))
    assert.deepEqual(recording.tasks.map(({ name }) => name), ["renamed"])
  })

  it("tells the loops apart", async () => {
    const recorder = new Recorder().start()
    await Promise.all([runVirtual(() => asyncio.sleep(1)), runVirtual(() => asyncio.sleep(1))])
    recorder.stop()
    assert.deepEqual(recorder.recording().tasks.map(({ loop }) => loop), [1, 2])
  })

  it("records from start to stop only, however often it is started", async () => {
    const recorder = new Recorder()
    await runVirtual(() => asyncio.sleep(1))
    assert.deepEqual(recorder.recording(), { tasks: [], events: [], dropped: 0 })
    recorder.start().start()
    await runVirtual(() => undefined)
    recorder.stop()
    recorder.stop()
    await runVirtual(() => asyncio.sleep(1))
    assert.equal(recorder.recording().events.length, 3)
  })

  it("takes in a task that was made before it started", async () => {
    const recorder = new Recorder()
    await runVirtual(async () => {
      await asyncio.sleep(1)
      recorder.start()
      await asyncio.sleep(1)
    }, { name: "main" })
    recorder.stop()
    assert.deepEqual(eventsOf(recorder.recording(), "main"), ["1 parked sleep (1 s)", "2 ready", "2 resumed", "2 returned"])
  })

  it("tells who woke a task, and that one which need not wait for that is ready at once", async () => {
    const recording = await recorded(async () => {
      const event = new asyncio.Event()
      const sleeper = asyncio.createTask(() => event.wait(), { name: "sleeper" })
      await asyncio.sleep(0)
      asyncio.createTask(async () => event.set(), { name: "clock" })
      await sleeper
    })
    const idOf = (name: string): number | undefined => recording.tasks.find((task) => task.name === name)?.id
    const woken = recording.events.filter((event) => event.kind === "ready")
    assert.deepEqual(woken.map(({ task, by }) => [task, by]), [
      [idOf("main"), undefined], // after sleep(0)
      [idOf("sleeper"), idOf("clock")],
      [idOf("main"), idOf("sleeper")],
    ])
    assert.deepEqual(eventsOf(recording, "sleeper"), ["0 created", "0 resumed", "0 parked Event.wait", "0 ready", "0 resumed", "0 returned"])
  })

  it("tells which tasks each task awaits, through a gather, a wait and a group as well", async () => {
    const recording = await recorded(async () => {
      const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => asyncio.createTask(asyncio.sleep(1), { name }))
      assert.ok(a !== undefined && b !== undefined && c !== undefined && d !== undefined)
      await a
      await asyncio.gather([asyncio.createTask(asyncio.sleep(1), { name: "e" }), asyncio.createTask(asyncio.sleep(1), { name: "f" })])
      await asyncio.wait([asyncio.createTask(asyncio.sleep(1), { name: "g" })])
      await new asyncio.TaskGroup().run(async (group) => void group.createTask(asyncio.sleep(1), { name: "h" }))
    })
    const names = new Map(recording.tasks.map(({ id, name }) => [id, name]))
    const main = recording.tasks.find(({ name }) => name === "main")?.id
    const awaited = recording.events.flatMap((event) => (event.kind === "parked" && event.task === main ? [(event.awaits ?? []).map((id) => names.get(id)).join(" ")] : []))
    assert.deepEqual(awaited, ["a", "e f", "g", "h"])
  })

  it("tells who asked a task to cancel, and why", async () => {
    const recording = await recorded(async () => {
      const stopped = asyncio.createTask(asyncio.sleep(9), { name: "stopped" })
      await asyncio.sleep(1)
      stopped.cancel("tea is ready")
      await asyncio.wait([stopped])
    })
    const asked = recording.events.find((event) => event.kind === "cancel requested")
    assert.deepEqual(asked, { kind: "cancel requested", task: recording.tasks[1]?.id, time: 1, by: "task 'main'", why: "tea is ready" })
  })

  it("tells where a task awaits, while the budget for lines lasts", { skip: Number(process.versions.node.split(".")[0]) < 26 && "this Node does not tell of awaits" }, async () => {
    const stop = takeLines(true) // with a budget that nobody has spent
    const recording = await recorded(async function shop() {
      await asyncio.sleep(1)
    })
    stop()
    const parked = recording.events.find((event) => event.kind === "parked")
    assert.ok(parked?.kind === "parked")
    assert.match(parked.place ?? "", /^(\w+[. ])*\(?shop.*recorder\.test\.ts:\d+:\d+\)$/)
  })

  it("tells which callbacks a loop called, and the pauses that it is told of", async () => {
    const recorder = new Recorder().start()
    await runVirtual(async () => {
      asyncio.getRunningLoop().callLater(1, function chime() {})
      await asyncio.sleep(2)
    })
    recorder.stop()
    recorder.addPause({ kind: "blocked", from: 1, to: 2, what: "parse" })
    const { callbacks, pauses } = recorder.recording()
    assert.deepEqual(callbacks, [{ loop: 1, name: "chime", from: 1, to: 1 }])
    assert.deepEqual(pauses, [{ kind: "blocked", from: 1, to: 2, what: "parse" }])
  })

  it("takes itself off when the program's own code throws at it, and the program goes on", async () => {
    const recorder = new Recorder().start()
    const said: unknown[] = []
    const { error } = console
    console.error = (...text: unknown[]) => void said.push(text[0])
    try {
      await runVirtual(async () => {
        const future = new asyncio.Future<void>()
        void Object.defineProperty(future, Symbol.toStringTag, {
          get() {
            throw new Error("not even this")
          },
        })
        asyncio.getRunningLoop().callLater(1, () => future.setResult())
        await future
      })
    } finally {
      console.error = error
      recorder.stop()
    }
    assert.deepEqual(said, ["A recorder threw and was taken off:"])
  })

  it("refuses a capacity that is no positive whole number", () => {
    for (const capacity of [0, -1, 1.5, NaN]) assert.throws(() => new Recorder({ capacity }), /capacity of a Recorder/)
  })
})

describe("a full Recorder", () => {
  it("keeps the latest events, and counts those that it dropped", async () => {
    const recording = await recorded(async () => {
      for (let i = 0; i < 10; i += 1) await asyncio.sleep(1)
    }, 4)
    // Made, begun, ten times parked, ready and resumed, done.
    assert.equal(recording.dropped, 33 - 4)
    assert.deepEqual(eventsOf(recording, "main").slice(-4), ["9 parked sleep (1 s)", "10 ready", "10 resumed", "10 returned"])
  })

  it("still knows what a task that lives did last, when all its events were dropped", async () => {
    const recorder = new Recorder({ capacity: 8 }).start()
    await runVirtual(async () => {
      const idle = asyncio.createTask(asyncio.sleep(100), { name: "idle" })
      for (let i = 0; i < 20; i += 1) await asyncio.sleep(1)
      assert.deepEqual(eventsOf(recorder.recording(), "idle"), ["0 parked sleep (100 s)"])
      idle.cancel()
    })
    recorder.stop()
  })

  it("forgets tasks that are done, so that its memory is bounded", async () => {
    const recorder = new Recorder({ capacity: 10 }).start()
    await runVirtual(async () => {
      for (let i = 0; i < 200; i += 1) await asyncio.createTask(asyncio.sleep(0))
      const { tasks, events } = recorder.recording()
      assert.ok(tasks.length <= 10 + 1, `${tasks.length} tasks`)
      assert.ok(events.length <= 10 + tasks.length, `${events.length} events`)
    })
    recorder.stop()
  })
})

it("a Recorder takes no more memory however long it records", async () => {
  const recorder = new Recorder({ capacity: 1000 }).start()
  const turns = (from: number, to: number) => () =>
    runVirtual(async () => {
      for (let i = from; i < to; i += 1) {
        const task = asyncio.createTask(asyncio.sleep(i % 3), { name: `turn ${i}` })
        if (i % 5 === 0) task.cancel(`no ${i}`)
        await asyncio.wait([task])
      }
    })
  await turns(0, 10_000)()
  const { tasks, events, dropped, lost } = recorder.recording()
  recorder.stop()
  // Of a task that lives what it did before that is told as well.
  assert.ok(events.length >= 1000 && events.length <= 1002, `${events.length} events`)
  assert.ok(tasks.length <= 500, `${tasks.length} tasks`)
  assert.ok(dropped > 50_000, `${dropped} dropped`)
  // The names of all that is left are there: texts in use are not dropped.
  assert.deepEqual(tasks.filter(({ name }) => !/^(turn \d+|Task-\d+)$/.test(name)), [])
  assert.ok(tasks.some(({ name }) => name === "turn 9999"))
  assert.equal(lost?.edges ?? 0, 0)
})

it("recording changes nothing of the order of events", async () => {
  const failed: string[] = []
  let passed = 0
  const recorder = new Recorder({ capacity: 1000 }).start()
  await runScenarios(everyTenth(), "microtask", {
    passed: () => void (passed += 1),
    failed: ({ place }) => void failed.push(place),
  })
  recorder.stop()
  assert.deepEqual(failed, [])
  assert.ok(passed > 200, `${passed} scenarios`)
  assert.ok(recorder.dropped > 1000, `${recorder.dropped} events dropped`)
})

async function* everyTenth(): AsyncGenerator<Located> {
  let count = 0
  for await (const located of scenariosOf(await ownVectors())) if (count++ % 10 === 0) yield located
}

/** Runs until events share a look at the clock, as in a program whose steps are short. */
async function untilShared(recorder: Recorder): Promise<void> {
  for (let count = 0; count < 100_000 && recorder.spare < 10; count += 1) await asyncio.sleep(0)
}

describe("a Recorder whose events share a look at the clock", () => {
  it("tells of a long step among short ones, also of one before a rest", async () => {
    const rounds = 12
    let late = 0
    for (let round = 0; round < rounds; round += 1) {
      const recorder = new Recorder({ exact: false, capacity: 4096 }).start()
      let told = false
      try {
        await asyncio.run(async () => {
          await untilShared(recorder)
          recorder.alarm({ late: () => (told = true) }, 0.01)
          const until = performance.now() + 15
          while (performance.now() < until);
          for (let count = 0; count < (round % 3) * 300; count += 1) await asyncio.sleep(0)
          await asyncio.sleep(0.001)
        })
      } finally {
        recorder.stop()
      }
      late += Number(told)
    }
    assert.equal(late, rounds)
  })

  it("knows the loop, the task and the time when it goes on after a stop", async () => {
    const recorder = new Recorder({ exact: false }).start()
    const one = new asyncio.Runner()
    const other = new asyncio.Runner()
    let from = 0
    let name: string | undefined
    try {
      await one.run(async () => {
        await untilShared(recorder)
        recorder.stop()
      })
      const before = recorder.recording()
      await other.run(async () => {
        from = asyncio.getRunningLoop().time()
        name = asyncio.currentTask()?.getName()
        recorder.start()
        for (let count = 0; count < 3; count += 1) await asyncio.sleep(0)
        recorder.stop()
      })
      const { tasks, events } = recorder.recording()
      const task = tasks.find((task) => task.name === name)
      assert.ok(task !== undefined, tasks.map(({ name }) => name).join())
      assert.notEqual(task.loop, before.tasks[0]?.loop)
      const later = events.slice(before.events.length)
      assert.deepEqual(later.map((event) => event.kind), ["parked", "ready", "resumed", "parked", "ready", "resumed", "parked", "ready", "resumed"].slice(0, later.length))
      assert.ok(later.length >= 8)
      assert.ok(later.every((event) => event.task === task.id && event.time >= from))
    } finally {
      recorder.stop()
      await one.close()
      await other.close()
    }
  })

  it("tells apart a task of a loop that has stopped, whose code goes on beside another loop", async () => {
    const recorder = new Recorder({ exact: false }).start()
    const stopped = new asyncio.Runner({ loopFactory: () => new asyncio.EventLoop({ clock: new VirtualClock() }) })
    const other = new asyncio.Runner()
    let go: () => void = () => undefined
    const host = new Promise<void>((resolve) => (go = resolve))
    try {
      await stopped.run(async () => {
        asyncio.createTask(
          async () => {
            await host
            await asyncio.sleep(0)
          },
          { name: "left" },
        )
        await asyncio.sleep(0)
      })
      await other.run(async () => {
        await untilShared(recorder)
        go()
        for (let count = 0; count < 8; count += 1) await Promise.resolve()
        await asyncio.sleep(0)
      })
      assert.deepEqual(eventsOf(recorder.recording(), "left").map((event) => event.replace(" (0 s)", "")), ["0 created", "0 resumed", "0 parked promise", "0 parked sleep", "0 ready"])
    } finally {
      recorder.stop()
      await stopped.close()
      await other.close()
    }
  })

  it("knows the number of a task that it heard nothing else of", async () => {
    const recorder = new Recorder({ exact: false })
    const ids = new Set<number>()
    await asyncio.run(async () => {
      const others = Array.from({ length: 300 }, () =>
        asyncio.createTask(async () => {
          for (;;) await asyncio.sleep(0)
        }),
      )
      await asyncio.sleep(0)
      recorder.start()
      for (let count = 0; count < 30; count += 1) await asyncio.sleep(0)
      recorder.stop()
      for (const other of others) {
        ids.add(Number(/\d+/.exec(other.getName())?.[0]))
        other.cancel()
      }
      ids.add(Number(/\d+/.exec(asyncio.currentTask()?.getName() ?? "")?.[0]))
    })
    assert.deepEqual(recorder.recording().tasks.filter(({ id }) => !ids.has(id)), [])
  })

  it("tells that an eager task runs, and that its maker goes on", async () => {
    const recorder = new Recorder({ exact: false }).start()
    let host: Promise<void> | undefined
    await asyncio.run(async () => {
      await untilShared(recorder)
      asyncio.createTask(async () => asyncio.sleep(0), { eagerStart: true, name: "parks" })
      asyncio.createTask(async () => host = new Promise((resolve) => setImmediate(resolve)), { eagerStart: true, name: "awaits the host" })
      await asyncio.sleep(0)
      await host
    }, { name: "maker" })
    recorder.stop()
    const recording = recorder.recording()
    const kinds = (name: string): string => eventsOf(recording, name).map((event) => event.split(" ")[1]).join(" ")
    assert.match(kinds("parks"), /^created resumed parked ready resumed /)
    assert.match(kinds("awaits the host"), /^created resumed /)
    const maker = kinds("maker")
    assert.ok(!/resumed resumed/.test(maker), maker.slice(-200))
  })
})
