import assert from "node:assert/strict"
import { EventEmitter, getEventListeners } from "node:events"
import { createServer } from "node:net"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import type { Overflow } from "#src/tasks/event-iterator.ts"
import { fromEvent } from "#src/tasks/from-event.ts"
import { cancellationMatrix } from "../support/cancellation-matrix.ts"
import { randomVirtual } from "../support/random.ts"
import { fate, thrown, thrownAs, thrownBy, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

/** How many listeners an emitter has, of all events. */
function listeners(emitter: EventEmitter): number {
  return emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0)
}

virtual("awaited, it gives an emitter's next event and takes its listeners away at once", async () => {
  const emitter = new EventEmitter()
  const coroutine = fromEvent<string>(emitter, "knock")
  assert.equal(listeners(emitter), 0, "it listens from the await on")
  const task = asyncio.createTask(coroutine)
  await ticks(1)
  assert.deepEqual(emitter.eventNames(), ["knock", "error"])
  emitter.emit("knock", "Ann", 1)
  assert.equal(listeners(emitter), 0, "before the task goes on")
  emitter.emit("knock", "Bob")
  assert.equal(await task, "Ann")
})

virtual("an event without arguments gives undefined, and `all` gives every argument", async () => {
  const emitter = new EventEmitter()
  const tasks = [fromEvent(emitter, "x"), fromEvent<[string, number]>(emitter, "y", { all: true }), fromEvent(emitter, "x", { all: true })]
  const all = asyncio.gather(tasks as asyncio.Coroutine<unknown>[])
  await ticks(1)
  emitter.emit("x")
  emitter.emit("y", "a", 1)
  assert.deepEqual(await all, [undefined, ["a", 1], []])
})

virtual("an event target gives the event", async () => {
  const target = new EventTarget()
  const task = asyncio.createTask(fromEvent<globalThis.Event>(target, "open"))
  await ticks(1)
  assert.equal(getEventListeners(target, "open").length, 1)
  const event = new globalThis.Event("open")
  target.dispatchEvent(event)
  assert.equal(getEventListeners(target, "open").length, 0)
  assert.equal(await task, event)
})

virtual("an emitter with removeListener only will do", async () => {
  const emitter = new EventEmitter()
  const old = { on: emitter.on.bind(emitter), removeListener: emitter.removeListener.bind(emitter) }
  const task = asyncio.createTask(fromEvent<number>(old, "x"))
  await ticks(1)
  emitter.emit("x", 1)
  assert.equal(await task, 1)
  assert.equal(listeners(emitter), 0)
})

virtual("an emitter's error is thrown, unless it is what is awaited", async () => {
  const emitter = new EventEmitter()
  const boom = new Error("boom")
  const task = asyncio.createTask(fromEvent(emitter, "x"))
  const wished = asyncio.createTask(fromEvent(emitter, "error"))
  await ticks(1)
  emitter.emit("error", boom)
  assert.equal(await thrown(task), boom)
  assert.equal(await wished, boom)
  assert.equal(listeners(emitter), 0)
})

virtual("an event that comes while it begins to listen is the one", async () => {
  const emitter = new EventEmitter()
  emitter.on("newListener", (name) => {
    if (name === "x") queueMicrotask(() => emitter.emit("x", 1))
  })
  assert.equal(await fromEvent<number>(emitter, "x"), 1)
  const eager = { on: (_name: string, listener: (value: number) => void) => listener(2), off: () => undefined }
  assert.equal(await fromEvent<number>(eager, "x"), 2)
  assert.deepEqual(emitter.eventNames(), ["newListener"])
})

virtual("cancelled, it listens to nothing any more, and a later event does nothing", async () => {
  const emitter = new EventEmitter()
  const task = asyncio.createTask(fromEvent(emitter, "x"))
  await ticks(1)
  task.cancel()
  await ticks(2)
  assert.equal(fate(task), "cancelled")
  assert.equal(listeners(emitter), 0)
  emitter.emit("x", 1)
})

virtual("a timeout on virtual time ends it, since an emitter may be the program's own", async () => {
  const emitter = new EventEmitter()
  await thrownAs(asyncio.TimeoutError, asyncio.waitFor(fromEvent(emitter, "x"), 60))
  assert.equal(listeners(emitter), 0)
  asyncio.getRunningLoop().callLater(30, () => emitter.emit("x", 1))
  assert.equal(await asyncio.waitFor(fromEvent(emitter, "x"), 60), 1)
})

virtual("a task that starts at once listens at once", async () => {
  const emitter = new EventEmitter()
  const task = asyncio.createTask(fromEvent<number>(emitter, "x"), { eagerStart: true })
  emitter.emit("x", 1)
  assert.equal(await task, 1)
})

virtual("the event named by until refuses a wait for one event", async () => {
  const emitter = new EventEmitter()
  const task = asyncio.createTask(fromEvent(emitter, "message", { until: "close" }))
  await ticks(1)
  emitter.emit("close")
  assert.match((await thrownAs(asyncio.RuntimeError, task)).message, /'close' came before 'message'/)
  assert.equal(listeners(emitter), 0)
})

virtual("a signal ends the wait and the iteration, and keeps no listener", async () => {
  const emitter = new EventEmitter()
  const controller = new AbortController()
  const { signal } = controller
  const waits = [asyncio.createTask(fromEvent(emitter, "x", { signal })), asyncio.createTask(fromEvent(emitter, "x", { signal }).open().next())]
  await ticks(1)
  assert.equal(getEventListeners(signal, "abort").length, 2)
  controller.abort("enough")
  for (const wait of waits) assert.equal((await thrownAs(asyncio.CancelledError, wait)).reason, "enough")
  assert.equal(listeners(emitter), 0)
  await thrownAs(asyncio.CancelledError, fromEvent(emitter, "x", { signal }))
  assert.equal(listeners(emitter), 0)
  const late = new AbortController()
  const task = asyncio.createTask(fromEvent(emitter, "x", { signal: late.signal }))
  await ticks(1)
  emitter.emit("x")
  await task
  assert.equal(getEventListeners(late.signal, "abort").length, 0)
})

virtual("a promise that an event brings is refused by an await, and handed over by an iteration", async () => {
  const emitter = new EventEmitter()
  const task = asyncio.createTask(fromEvent(emitter, "x"))
  const iterator = fromEvent<Promise<number>>(emitter, "x").open()
  await ticks(1)
  const promise = Promise.resolve(1)
  emitter.emit("x", promise)
  assert.match((await thrownAs(TypeError, task)).message, /what the event 'x' brings cannot be a Promise/)
  assert.equal((await iterator.next()).value, promise)
  await iterator.return()
})

virtual("iterated, it listens from the first step on, keeps what nobody has taken, and ends with until", async () => {
  const emitter = new EventEmitter()
  const iterator = fromEvent<number>(emitter, "x", { until: "end" })[Symbol.asyncIterator]()
  assert.equal(listeners(emitter), 0)
  emitter.emit("x", 0)
  const first = asyncio.createTask(iterator.next())
  await ticks(1)
  for (const n of [1, 2, 3]) emitter.emit("x", n)
  assert.deepEqual(await first, { done: false, value: 1 })
  emitter.emit("end")
  assert.equal(listeners(emitter), 0)
  for (const n of [2, 3]) assert.deepEqual(await iterator.next(), { done: false, value: n })
  assert.deepEqual(await iterator.next(), { done: true, value: undefined })
})

virtual("open() listens at once", async () => {
  const emitter = new EventEmitter()
  const iterator = fromEvent<number>(emitter, "x").open()
  emitter.emit("x", 1)
  assert.deepEqual(await iterator.next(), { done: false, value: 1 })
  await iterator[Symbol.asyncDispose]()
  assert.equal(listeners(emitter), 0)
})

virtual("leaving the loop, by break, error or cancellation, takes the listeners away", async () => {
  const boom = new Error("boom")
  for (const leave of ["break", "throw", "cancel", "cancel at next"]) {
    const emitter = new EventEmitter()
    const task = asyncio.createTask(async () => {
      for await (const n of fromEvent<number>(emitter, "x")) {
        if (n < 2 || leave === "cancel at next") continue
        if (leave === "break") break
        if (leave === "throw") throw boom
        await new asyncio.Future()
      }
    })
    await ticks(2)
    assert.ok(listeners(emitter) > 0)
    emitter.emit("x", 1)
    emitter.emit("x", 2)
    await ticks(5)
    if (leave.startsWith("cancel")) task.cancel()
    await asyncio.wait([task])
    assert.equal(fate(task), leave === "break" ? "returned undefined" : leave === "throw" ? "failed Error: boom" : "cancelled")
    assert.equal(listeners(emitter), 0, leave)
  }
})

virtual("an iteration throws an emitter's error once, after what came before, and is over", async () => {
  const emitter = new EventEmitter()
  const iterator = fromEvent<number>(emitter, "x").open()
  emitter.emit("x", 1)
  emitter.emit("error", new Error("boom"))
  assert.equal(listeners(emitter), 0)
  assert.equal((await iterator.next()).value, 1)
  assert.equal(String(await thrown(iterator.next())), "Error: boom")
  assert.deepEqual(await iterator.next(), { done: true, value: undefined })
})

const overflows: [Overflow, number[], boolean][] = [
  ["error", [1, 2], true],
  ["drop oldest", [3, 4], false],
  ["drop newest", [1, 2], false],
]
for (const [overflow, kept, fails] of overflows) {
  virtual(`with overflow "${overflow}" a full buffer keeps ${kept.join(" and ")}${fails ? ", and the iteration then fails" : ""}`, async () => {
    const emitter = new EventEmitter()
    const iterator = fromEvent<number>(emitter, "x", { buffer: 2, overflow }).open()
    for (const n of [1, 2, 3, 4]) emitter.emit("x", n)
    assert.equal(listeners(emitter), fails ? 0 : 2)
    for (const n of kept) assert.equal((await iterator.next()).value, n)
    if (fails) assert.match((await thrownAs(asyncio.QueueFull, iterator.next())).message, /2 events of 'x' wait to be taken, and another came/)
    await iterator.return()
    assert.equal(listeners(emitter), 0)
  })
}

virtual("a cancelled next of an iterator leaves it open, and a cancelled loop over it ends it", async () => {
  const emitter = new EventEmitter()
  const iterator = fromEvent<number>(emitter, "x").open()
  await thrownAs(asyncio.TimeoutError, asyncio.waitFor(iterator.next(), 1))
  emitter.emit("x", 1)
  assert.equal((await iterator.next()).value, 1)
  await asyncio.moveOnAfter(1).run(async () => {
    for await (const n of iterator) assert.ok(n)
  })
  assert.equal(listeners(emitter), 0)
  assert.equal((await iterator.next()).done, true)
})

virtual("return() lets those who wait go, with the end", async () => {
  const emitter = new EventEmitter()
  const iterator = fromEvent(emitter, "x").open()
  const tasks = [1, 2].map(() => asyncio.createTask(iterator.next()))
  await ticks(1)
  await iterator.return()
  for (const task of tasks) assert.deepEqual(await task, { done: true, value: undefined })
})

virtual("an error within emit is never ours: the emitter's other listeners run", async () => {
  const emitter = new EventEmitter()
  const task = asyncio.createTask(async () => {
    await fromEvent(emitter, "x")
    throw new Error("the task's own")
  })
  await ticks(1)
  let others = 0
  emitter.on("x", () => (others += 1))
  emitter.emit("x")
  assert.equal(others, 1)
  assert.equal(String(await thrown(task)), "Error: the task's own")
})

virtual("iterated and not awaited, it is not reported as forgotten; awaited afterwards it says what to do", async () => {
  const emitter = new EventEmitter()
  const events = fromEvent<number>(emitter, "x")
  const iterator = events.open()
  assert.match((await thrownAs(asyncio.RuntimeError, events)).message, /call the function again/)
  await iterator.return()
})

virtual("forgotten, it is reported as any coroutine", (told) => {
  void fromEvent(new EventEmitter(), "x")
  return () => told.warning(/coroutine 'fromEvent' was never awaited/)
})

randomVirtual("of any events, none is lost or given twice, whoever is cancelled", 30, async (random) => {
  const emitter = new EventEmitter()
  const iterator = fromEvent<number>(emitter, "x").open()
  const got: number[] = []
  const tasks = new Set<asyncio.Task<unknown>>()
  let sent = 0
  for (let step = 0; step < 80; step += 1) {
    switch (random.below(4)) {
      case 0:
        emitter.emit("x", (sent += 1))
        break
      case 1:
        tasks.add(asyncio.createTask(async () => got.push(Number((await iterator.next()).value))))
        break
      case 2:
        for (const task of tasks) if (random.below(3) === 0) task.cancel()
        break
      default:
        await ticks(random.below(3))
    }
  }
  await ticks(5)
  for (const task of tasks) task.cancel()
  await ticks(5)
  while (got.length < sent) got.push(Number((await iterator.next()).value))
  assert.deepEqual(got.sort((a, b) => a - b), Array.from({ length: sent }, (_, i) => i + 1))
  await iterator.return()
  assert.equal(listeners(emitter), 0)
})

cancellationMatrix(
  "fromEvent",
  () => {
    const emitter = new EventEmitter()
    const iterator = fromEvent<number>(emitter, "x").open()
    let waiting = 0
    const next = asyncio.coroutine("waiter", async () => {
      waiting += 1
      try {
        await iterator.next()
      } finally {
        waiting -= 1
      }
    })
    return {
      wait: next,
      wake: () => emitter.emit("x", 1),
      waiting: () => waiting,
      cleanUp: () => iterator.return(),
      statistics: () => ({ listeners: listeners(emitter) }),
    }
  },
  { rest: { listeners: 0 }, orphans: false },
)

test("wrong arguments are refused at the call", () => {
  const emitter = new EventEmitter()
  const wrong: [() => unknown, string, RegExp][] = [
    [() => fromEvent({} as never, "x"), "TypeError", /what fromEvent listens to is an emitter .* not an Object/],
    [() => fromEvent(null as never, "x"), "TypeError", /not null/],
    [() => fromEvent(emitter, "x", { signal: 1 as never }), "TypeError", /the signal of fromEvent is an AbortSignal, but 1 was given/],
    [() => fromEvent(emitter, 1 as never), "TypeError", /the name of an event is a string or symbol, not 1/],
    [() => fromEvent(emitter, "x", { buffer: 0 }), "RangeError", /the buffer of fromEvent must be at least 1, but is 0/],
    [() => fromEvent(emitter, "x", { overflow: "drop" as never }), "TypeError", /overflow is one of error, drop oldest, drop newest, not "drop"/],
  ]
  for (const [call, name, message] of wrong) {
    const error = thrownBy(call)
    assert.equal(error.name, name)
    assert.match(error.message, message)
  }
})

test("a server of the host's tells when it listens", async () => {
  await asyncio.run(async () => {
    const server = createServer()
    const listening = asyncio.createTask(fromEvent(server, "listening"), { eagerStart: true })
    server.listen(0)
    await listening
    const closed = asyncio.createTask(fromEvent(server, "close"), { eagerStart: true })
    server.close()
    await closed
  })
})

virtual("an iterator says what it is, how it stands and how much it holds", () => {
  const emitter = new EventEmitter()
  const question = fromEvent<number>(emitter, "x")
  const iterator = question.open()
  emitter.emit("x", 1)
  assert.equal(String(iterator), "<EventIterator 'x' [open, events:1]>")
  void iterator.return()
  assert.equal(String(iterator), "<EventIterator 'x' [ended, events:0]>")
})

virtual("one question can be iterated more than once, each for itself", async () => {
  const emitter = new EventEmitter()
  const question = fromEvent<number>(emitter, "x")
  const [one, other] = [question.open(), question.open()]
  emitter.emit("x", 1)
  assert.deepEqual([await one.next(), await other.next()].map(({ value }) => value), [1, 1])
  for (const iterator of [one, other]) void iterator.return()
  assert.equal(listeners(emitter), 0)
})

virtual("a source that refuses to be listened to is told to whoever asked, and keeps no listener", async () => {
  const emitter = new EventEmitter()
  const boom = new Error("no more listeners")
  const on = emitter.on.bind(emitter)
  emitter.on = (name, listener) => {
    if (name === "end") throw boom
    return on(name, listener)
  }
  const question = fromEvent<number>(emitter, "x", { until: "end" })
  assert.throws(() => question.open(), boom)
  const iterator = question[Symbol.asyncIterator]()
  assert.equal(await thrown(iterator.next()), boom)
  assert.equal((await iterator.next()).done, true)
  assert.equal(listeners(emitter), 0)
})

virtual("a signal that has aborted already ends an iterator as it begins, and leaves no listener", async () => {
  const emitter = new EventEmitter()
  const iterator = fromEvent<number>(emitter, "x", { signal: AbortSignal.abort(new Error("enough")) }).open()
  assert.equal(listeners(emitter), 0)
  await thrownAs(asyncio.CancelledError, iterator.next())
  assert.equal((await iterator.next()).done, true)
})

virtual("what an emitter still tells in the call in which an iterator ended is dropped", async () => {
  const emitter = new EventEmitter()
  const opened: { return(): unknown }[] = []
  // Before the iterators' own, of which an emitter calls all that were there when it began.
  const end = (): void => {
    for (const iterator of opened) void iterator.return()
  }
  emitter.on("x", end).on("error", end)
  const iterator = fromEvent<number>(emitter, "x").open()
  opened.push(iterator)
  emitter.emit("x", 1)
  assert.equal((await iterator.next()).done, true)
  const failing = fromEvent<number>(emitter, "x").open()
  opened.push(failing)
  emitter.emit("error", new Error("boom"))
  assert.equal((await failing.next()).done, true)
  assert.deepEqual(emitter.listeners("x").concat(emitter.listeners("error")), [end, end])
})

virtual("a task that ends while a line of it waits for the next event leaves nobody in line", async (told) => {
  const emitter = new EventEmitter()
  const iterator = fromEvent<number>(emitter, "x").open()
  const task = asyncio.createTask(async () => {
    void iterator.next().then(undefined, () => undefined)
  })
  await task
  told.report(/'fromEvent' was still waiting when 'function' ended, and was cancelled/)
  emitter.emit("x", 1)
  assert.equal((await iterator.next()).value, 1)
  void iterator.return()
})

virtual("a task that ends with a line woken for an event passes the wake-up on", async (told) => {
  const emitter = new EventEmitter()
  const iterator = fromEvent<number>(emitter, "x").open()
  const gate = Promise.withResolvers<void>()
  asyncio.createTask(async () => {
    void iterator.next().then(undefined, () => undefined)
    await gate.promise
  })
  await ticks(2)
  const other = asyncio.createTask(iterator.next())
  await ticks(2)
  emitter.emit("x", 1)
  gate.resolve()
  emitter.emit("x", 2)
  assert.equal((await asyncio.waitFor(other, 5)).done, false)
  told.report(/'fromEvent' was still waiting when 'function' ended, and was cancelled/)
  void iterator.return()
})
