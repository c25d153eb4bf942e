import assert from "node:assert/strict"
import { open } from "node:fs/promises"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"

async function withFile(body: (path: string, content: Buffer) => Promise<void>): Promise<void> {
  await asyncio.run(() =>
    asyncio.files.temporaryDirectory().run(async (folder) => {
      const content = Buffer.from(Array.from({ length: 700_000 }, (_, at) => at % 251))
      await asyncio.files.write(`${folder}/data`, content)
      await body(`${folder}/data`, content)
    }),
  )
}

/** A connection: what the far end has read, and the transport to it. */
async function connected(): Promise<{ transport: asyncio.Transport; received: asyncio.Task<Buffer>; close: () => Promise<void> }> {
  const received = new asyncio.Future<Buffer>()
  const server = await asyncio.startServer(
    async (reader, writer) => {
      received.setResult(await reader.read())
      writer.close()
    },
    "127.0.0.1",
    0,
  )
  const loop = asyncio.getRunningLoop()
  const [transport] = await loop.createConnection(() => new asyncio.Protocol(), "127.0.0.1", Number(server.sockets[0]?.getsockname()?.[1]))
  return {
    transport,
    received: asyncio.createTask(async () => await received),
    close: async () => {
      transport.close()
      server.close()
      await server.waitClosed()
    },
  }
}

test("sendfile sends a file, or a part of it, and says how much that was", () =>
  withFile(async (path, content) => {
    const loop = asyncio.getRunningLoop()
    const { transport, received, close } = await connected()
    transport.write("<")
    const handle = await open(path)
    assert.equal(await loop.sendfile(transport, handle), content.length)
    assert.equal(await loop.sendfile(transport, handle.fd, 10, 5), 5)
    const file = await asyncio.files.open(path)
    assert.equal(await loop.sendfile(transport, file, content.length - 3, 100), 3)
    await file.close()
    await handle.close()
    transport.write(">")
    transport.writeEof()
    const wanted = Buffer.concat([Buffer.from("<"), content, content.subarray(10, 15), content.subarray(-3), Buffer.from(">")])
    assert.ok((await received).equals(wanted))
    await close()
  }))

test("sendfile refuses a transport that closes, a count of nothing, and to insist on the system call", () =>
  withFile(async (path) => {
    const loop = asyncio.getRunningLoop()
    const { transport, close } = await connected()
    const file = await asyncio.files.open(path)
    assert.throws(() => loop.sendfile(transport, file, 0, 0), RangeError)
    assert.throws(() => loop.sendfile(transport, file, -1), RangeError)
    assert.throws(() => loop.sendfile(transport, file, 0, null, { fallback: false }), asyncio.RuntimeError)
    assert.throws(() => loop.sendfile({} as asyncio.Transport, file), TypeError)
    transport.close()
    await assert.rejects(async () => await loop.sendfile(transport, file), asyncio.RuntimeError)
    await file.close()
    await close()
  }))

test("a sendfile that is cancelled gives the transport back to its protocol", () =>
  withFile(async (path) => {
    const loop = asyncio.getRunningLoop()
    const server = await asyncio.startServer(() => {}, "127.0.0.1", 0) // reads nothing
    const paused: string[] = []
    class Watching extends asyncio.Protocol {
      override pauseWriting(): void {
        paused.push("pause")
      }
      override resumeWriting(): void {
        paused.push("resume")
      }
    }
    const [transport, protocol] = await loop.createConnection(() => new Watching(), "127.0.0.1", Number(server.sockets[0]?.getsockname()?.[1]))
    const file = await asyncio.files.open(path)
    const sending = asyncio.createTask(async () => {
      for (;;) await loop.sendfile(transport, file)
    })
    while (transport.getWriteBufferSize() === 0) await asyncio.sleep(0)
    sending.cancel()
    const ended = asyncio.wait([sending])
    transport.abort()
    await ended
    assert.equal(transport.getProtocol(), protocol)
    assert.equal(paused[0], "pause")
    await file.close()
    server.close()
    server.abortClients()
    await server.waitClosed()
  }))

test("what comes meanwhile reaches a protocol with buffers of its own", () =>
  withFile(async (path, content) => {
    class Buffered extends asyncio.BufferedProtocol {
      readonly all = new asyncio.Future<string>()
      readonly #buffer = Buffer.alloc(4)
      #text = ""
      override getBuffer(): Uint8Array {
        return this.#buffer
      }
      override bufferUpdated(count: number): void {
        this.#text += this.#buffer.toString("latin1", 0, count)
        if (this.#text.endsWith("!") && !this.all.done()) this.all.setResult(this.#text)
      }
    }
    const server = await asyncio.startServer(
      async (reader, writer) => {
        writer.write("good morning!")
        await reader.read()
        writer.close()
      },
      "127.0.0.1",
      0,
    )
    const loop = asyncio.getRunningLoop()
    const [transport, protocol] = await loop.createConnection(() => new Buffered(), "127.0.0.1", Number(server.sockets[0]?.getsockname()?.[1]))
    const file = await asyncio.files.open(path)
    transport.pauseReading()
    const sending = asyncio.createTask(loop.sendfile(transport, file))
    await asyncio.sleep(0)
    transport.resumeReading()
    assert.equal(await protocol.all, "good morning!")
    assert.equal(await sending, content.length)
    await file.close()
    transport.close()
    server.close()
    await server.waitClosed()
  }))

test("what is no file is refused at the call", () =>
  asyncio.run(async () => {
    const { transport, close } = await connected()
    const loop = asyncio.getRunningLoop()
    for (const wrong of ["path", null, {}, -1, 1.5]) assert.throws(() => loop.sendfile(transport, wrong as never), /^TypeError: sendfile takes a file of files\.open/)
    await close()
  }))
