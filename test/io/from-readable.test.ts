import assert from "node:assert/strict"
import { createReadStream } from "node:fs"
import { Readable, PassThrough } from "node:stream"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { OSError } from "#src/errors/os-errors.ts"
import { fromReadable } from "#src/io/from-readable.ts"
import { fromEvent } from "#src/tasks/from-event.ts"
import { fate, now, thrown, thrownAs, thrownBy, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

/** Declares a test that runs in real time: streams are the host's. */
function real(name: string, body: () => Promise<void>): void {
  test(name, () => asyncio.run(body))
}

/** How many listeners of ours a stream has. */
function listeners(stream: Readable): number {
  return ["readable", "error"].reduce((sum, name) => sum + stream.listenerCount(name), 0)
}

/** A stream that is fed by hand. */
function fed(): { stream: Readable; push(chunk: unknown): void } {
  const stream = new Readable({ objectMode: true, read: () => undefined })
  return { stream, push: (chunk) => void stream.push(chunk) }
}

/** The same of the web's. */
function fedWeb(): { stream: ReadableStream<number>; controller: ReadableStreamDefaultController<number>; reasons: unknown[] } {
  const reasons: unknown[] = []
  let controller: ReadableStreamDefaultController<number> | undefined
  const stream = new ReadableStream<number>({ start: (given) => void (controller = given), cancel: (reason) => void reasons.push(reason) })
  return { stream, controller: controller as ReadableStreamDefaultController<number>, reasons } // `start` is called at once
}

real("it gives all chunks and the end, and leaves nothing on the stream", async () => {
  const stream = Readable.from(["one", "two"])
  const seen: string[] = []
  for await (const chunk of fromReadable<string>(stream)) seen.push(chunk)
  assert.deepEqual(seen, ["one", "two"])
  assert.equal(listeners(stream), 0)
})

real("a stream of the web's gives all chunks and the end, and is not locked afterwards", async () => {
  const { stream, controller } = fedWeb()
  for (const n of [1, 2]) controller.enqueue(n)
  controller.close()
  const seen: number[] = []
  for await (const chunk of fromReadable(stream)) seen.push(chunk)
  assert.deepEqual(seen, [1, 2])
  assert.equal(stream.locked, false)
})

for (const kind of ["node", "web"] as const) {
  real(`${kind}: a cancelled wait loses no chunk, before and in the tick of its coming`, async () => {
    const node = fed()
    const web = fedWeb()
    const chunks = kind === "node" ? fromReadable<number>(node.stream) : fromReadable(web.stream)
    const push = (n: number): void => (kind === "node" ? node.push(n) : web.controller.enqueue(n))
    for (const when of ["before", "after"]) {
      const wait = asyncio.createTask(chunks.next())
      await ticks(2)
      if (when === "before") wait.cancel()
      push(1)
      if (when === "after") {
        // Until the chunk has woken the wait, and before it has its turn.
        wait.cancel()
      }
      await asyncio.wait([wait])
      assert.equal(fate(wait), "cancelled")
      assert.deepEqual(await chunks.next(), { done: false, value: 1 }, when)
    }
    const timed = asyncio.waitFor(chunks.next(), 0.005)
    await thrownAs(asyncio.TimeoutError, timed)
    push(2)
    assert.equal((await chunks.next()).value, 2)
    await chunks.return()
  })

  real(`${kind}: leaving the loop stops the source`, async () => {
    const node = fed()
    const web = fedWeb()
    const chunks = kind === "node" ? fromReadable<number>(node.stream) : fromReadable(web.stream)
    node.push(1)
    web.controller.enqueue(1)
    for await (const chunk of chunks) {
      assert.equal(chunk, 1)
      break
    }
    if (kind === "node") {
      assert.equal(node.stream.destroyed, true)
      await asyncio.sleep(0.001)
      assert.equal(listeners(node.stream), 0)
    } else {
      assert.equal(web.reasons.length, 1)
      assert.equal(web.stream.locked, false)
    }
    assert.deepEqual(await chunks.next(), { done: true, value: undefined })
  })

  real(`${kind}: a loop that is cancelled while it waits stops the source`, async () => {
    const node = fed()
    const web = fedWeb()
    const task = asyncio.createTask(async () => {
      for await (const chunk of kind === "node" ? fromReadable<number>(node.stream) : fromReadable(web.stream)) assert.ok(chunk)
    })
    await ticks(2)
    task.cancel()
    await asyncio.wait([task])
    assert.equal(fate(task), "cancelled")
    if (kind === "node") assert.equal(node.stream.destroyed, true)
    else assert.deepEqual([web.reasons.length, web.stream.locked], [1, false])
    await asyncio.sleep(0.001)
    assert.equal(listeners(node.stream), 0)
  })

  real(`${kind}: a source that fails throws once, and has ended`, async () => {
    const boom = new Error("boom")
    const node = fed()
    const web = fedWeb()
    const chunks = kind === "node" ? fromReadable<number>(node.stream) : fromReadable(web.stream)
    const wait = asyncio.createTask(chunks.next())
    await ticks(2)
    if (kind === "node") node.stream.destroy(boom)
    else web.controller.error(boom)
    assert.equal(await thrown(wait), boom)
    assert.deepEqual(await chunks.next(), { done: true, value: undefined })
    await asyncio.sleep(0.001)
    assert.equal(listeners(node.stream), 0)
  })
}

real("an error of the system's comes in Python's class", async () => {
  const error = await thrownAs(OSError, fromReadable(createReadStream("/no/such/file")).next())
  assert.equal(error.name, "FileNotFoundError")
  assert.match(error.message, /cannot read from a stream: there is no such file/)
})

real("a stream that is closed before its end is an error, and one that failed before is, too", async () => {
  const { stream } = fed()
  const wait = asyncio.createTask(fromReadable(stream).next())
  await ticks(2)
  stream.destroy()
  assert.equal((await thrownAs(OSError, wait)).code, "ERR_STREAM_PREMATURE_CLOSE")
  const failed = new Readable({ read: () => undefined })
  failed.on("error", () => undefined)
  failed.destroy(new Error("boom"))
  assert.equal(String(await thrown(fromReadable(failed).next())), "Error: boom")
})

real("it reads no further ahead than the stream's own limit", async () => {
  let made = 0
  const stream = new Readable({
    highWaterMark: 4,
    objectMode: true,
    read() {
      this.push((made += 1))
    },
  })
  const chunks = fromReadable<number>(stream)
  assert.equal((await chunks.next()).value, 1)
  await asyncio.sleep(0.005)
  assert.ok(made <= 6, `${made} were made`)
  await chunks.return()
})

for (const kind of ["node", "web"] as const) {
  real(`${kind}: several may wait, are served in order, and all learn of the end`, async () => {
    const node = fed()
    const web = fedWeb()
    const chunks = kind === "node" ? fromReadable<number>(node.stream) : fromReadable(web.stream)
    const tasks = [0, 1, 2, 3, 4].map(() => asyncio.createTask(chunks.next()))
    await ticks(2)
    for (const n of [1, 2, 3]) {
      if (kind === "node") node.push(n)
      else web.controller.enqueue(n)
    }
    if (kind === "node") node.push(null)
    else web.controller.close()
    assert.deepEqual((await asyncio.gather(tasks)).map(({ value }) => value), [1, 2, 3, undefined, undefined])
  })
}

real("a locked stream of the web's is refused at the first step, with the host's words", async () => {
  const { stream } = fedWeb()
  stream.getReader()
  await thrownAs(TypeError, fromReadable(stream).next())
})

real("bytes of a pipe arrive whole", async () => {
  const pipe = new PassThrough()
  const task = asyncio.createTask(async () => {
    const parts: Buffer[] = []
    for await (const chunk of fromReadable(pipe)) parts.push(chunk)
    return Buffer.concat(parts).length
  })
  for (let i = 0; i < 100; i += 1) {
    if (!pipe.write(Buffer.alloc(1000))) await fromEvent(pipe, "drain")
  }
  pipe.end()
  assert.equal(await task, 100_000)
})

virtual("a virtual clock does not jump over a wait for a stream of the host's", async () => {
  const { stream, push } = fed()
  setTimeout(() => push(1), 5)
  const chunks = fromReadable<number>(stream)
  assert.equal((await asyncio.waitFor(chunks.next(), 60)).value, 1)
  assert.equal(now(), 0)
  await chunks.return()
})

test("what is no stream is refused at the call", () => {
  assert.match(thrownBy(() => fromReadable([1] as never)).message, /fromReadable takes a Readable of Node's or a ReadableStream, not an Array/)
})
