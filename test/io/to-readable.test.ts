import assert from "node:assert/strict"
import { AsyncLocalStorage } from "node:async_hooks"
import { buffer, text } from "node:stream/consumers"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { fromReadable } from "#src/io/from-readable.ts"
import { toReadable } from "#src/io/to-readable.ts"
import { fromEvent } from "#src/tasks/from-event.ts"
import { thrown, thrownAs, thrownBy, ticks } from "../support/record.ts"

function real(name: string, body: () => Promise<void>): void {
  test(name, () => asyncio.run(body))
}

/** What a source went through. */
class Log {
  readonly entries: string[] = []
  async *count(to: number): AsyncGenerator<string, void, undefined> {
    try {
      for (let n = 1; n <= to; n += 1) {
        this.entries.push(`${n}`)
        yield `${n} `
        await asyncio.sleep(0)
      }
    } finally {
      await asyncio.sleep(0)
      this.entries.push("cleaned up")
    }
  }
}

real("a stream of Node's has all that is iterated, and may come from a plain list", async () => {
  assert.equal(await asyncio.wrapFuture(text(toReadable(new Log().count(3)))), "1 2 3 ")
  assert.equal(await asyncio.wrapFuture(text(toReadable(["a", "b"]))), "ab")
})

real("a stream of the web's has all that is iterated", async () => {
  const seen: string[] = []
  for await (const chunk of fromReadable(toReadable(new Log().count(3), { type: "web" }))) seen.push(chunk)
  assert.deepEqual(seen, ["1 ", "2 ", "3 "])
})

real("nothing is produced before somebody reads, and not more than is asked for", async () => {
  const log = new Log()
  const stream = toReadable(log.count(1000), { type: "web" })
  await asyncio.sleep(0.002)
  assert.deepEqual(log.entries, [])
  const reader = stream.getReader()
  await asyncio.wrapFuture(reader.read())
  await asyncio.sleep(0.002)
  assert.deepEqual(log.entries, ["1"])
  await asyncio.wrapFuture(reader.read())
  assert.deepEqual(log.entries, ["1", "2"])
  await asyncio.wrapFuture(reader.cancel())
  assert.deepEqual(log.entries, ["1", "2", "cleaned up"])
})

real("a stream of Node's is produced up to its highWaterMark", async () => {
  const log = new Log()
  const stream = toReadable(log.count(1000), { objectMode: true, highWaterMark: 3 })
  stream.read()
  await asyncio.sleep(0.005)
  assert.ok(log.entries.length <= 4, `${log.entries.length}`)
  stream.destroy()
  await fromEvent(stream, "close")
  assert.equal(log.entries.at(-1), "cleaned up")
})

real("two reads of the web's that wait at once are both served", async () => {
  const reader = toReadable(new Log().count(3), { type: "web" }).getReader()
  const [one, two] = await asyncio.wrapFuture(Promise.all([reader.read(), reader.read()]))
  assert.deepEqual([one.value, two.value], ["1 ", "2 "])
  await asyncio.wrapFuture(reader.cancel())
})

real("destroyed while it waits, the source's task is cancelled and cleans up before the stream is closed", async () => {
  let cleaned = false
  const never = (async function* () {
    try {
      yield "first"
      await new asyncio.Future()
    } finally {
      await asyncio.sleep(0.002)
      cleaned = true
    }
  })()
  const stream = toReadable(never)
  const chunks = fromReadable(stream)
  assert.equal(String((await chunks.next()).value), "first")
  await ticks(3)
  const closed = asyncio.createTask(fromEvent(stream, "close"), { eagerStart: true })
  await chunks.return()
  await closed
  assert.equal(cleaned, true)
  await ticks(2)
  assert.equal(asyncio.allTasks().size, 1, "only the main task is left")
})

real("destroyed before anybody reads, nothing of the source runs", async () => {
  const log = new Log()
  const stream = toReadable(log.count(3))
  stream.destroy()
  await fromEvent(stream, "close")
  assert.deepEqual(log.entries, [])
})

for (const type of ["node", "web"] as const) {
  real(`${type}: an error of the source is the stream's`, async () => {
    const boom = new Error("boom")
    const taken = new asyncio.Event()
    const source = (async function* () {
      yield "one"
      await taken.wait()
      throw boom
    })()
    const chunks = type === "node" ? fromReadable<unknown>(toReadable(source)) : fromReadable<unknown>(toReadable(source, { type: "web" }))
    assert.equal(String((await chunks.next()).value), "one")
    taken.set()
    assert.equal(await thrown(chunks.next()), boom)
  })

  real(`${type}: an error while the source cleans up is told by the stream`, async () => {
    const boom = new Error("boom")
    const source = (async function* () {
      try {
        yield "one"
        await new asyncio.Future()
      } finally {
        // oxlint-disable-next-line no-unsafe-finally -- what a careless clean-up does
        throw boom
      }
    })()
    if (type === "node") {
      const stream = toReadable(source)
      await fromEvent(stream, "readable")
      stream.destroy()
      assert.equal(await thrown(fromEvent(stream, "close")), boom)
    } else {
      const reader = toReadable(source, { type: "web" }).getReader()
      await asyncio.wrapFuture(reader.read())
      // Wanted, or it would wait at its yield, where the language drops errors of a clean-up.
      const second = reader.read()
      await ticks(5)
      assert.equal(await thrown(asyncio.wrapFuture(reader.cancel())), boom)
      assert.equal((await asyncio.wrapFuture(second)).done, true)
    }
  })
}

real("the source runs with the context of whoever made the stream, whoever reads it", async () => {
  const user = new asyncio.ContextVar("user", { default: "nobody" })
  const store = new AsyncLocalStorage<string>()
  const who = async function* (): AsyncGenerator<string> {
    yield `${user.get()} ${String(store.getStore())} ${asyncio.currentTask()?.getName()}`
  }
  const stream = await asyncio.createTask(async () => {
    user.set("Ann")
    return { stream: store.run("request 1", () => toReadable(who())) }
  })
  user.set("Bob")
  assert.equal(await asyncio.wrapFuture(text(stream.stream)), "Ann request 1 toReadable")
})

real("listeners of the stream run as callbacks, not within the source's task", async () => {
  const stream = toReadable(["a"])
  const seen: unknown[] = []
  stream.on("data", () => seen.push(asyncio.currentTask()))
  await fromEvent(stream, "end")
  assert.deepEqual(seen, [undefined])
})

test("when the loop ends first, the stream fails with CancelledError", async () => {
  const stream = await asyncio.run(async () => {
    const endless = (async function* () {
      yield "one"
      await new asyncio.Future()
    })()
    const made = toReadable(endless)
    await fromEvent(made, "readable")
    return { made }
  })
  const error = await buffer(stream.made).then(
    () => undefined,
    (failure: unknown) => failure,
  )
  assert.ok(error instanceof asyncio.CancelledError)
})

test("read after the loop is closed, the stream fails instead of hanging", async () => {
  const { made } = await asyncio.run(async () => ({ made: toReadable(["a"]) }))
  await assert.rejects(text(made), asyncio.RuntimeError)
})

real("a chunk that cannot be is the stream's error", async () => {
  const error = await thrownAs(TypeError, asyncio.wrapFuture(buffer(toReadable([null]))))
  assert.match(error.message, /a chunk of a Readable cannot be null/)
  await thrownAs(TypeError, asyncio.wrapFuture(buffer(toReadable([{}]))))
})

test("wrong arguments are refused at the call", async () => {
  assert.equal(thrownBy(() => toReadable([])).name, "RuntimeError")
  await asyncio.run(async () => {
    assert.match(thrownBy(() => toReadable("text" as never)).message, /toReadable takes what can be iterated.* not "text"/)
    assert.match(thrownBy(() => toReadable([], { type: "deno" as never })).message, /the type of toReadable is "node" or "web", not "deno"/)
    assert.equal(thrownBy(() => toReadable([], { highWaterMark: -1 })).name, "RangeError")
  })
})
