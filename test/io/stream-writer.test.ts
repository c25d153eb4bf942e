import assert from "node:assert/strict"
import { once } from "node:events"
import type { Socket } from "node:net"
import * as asyncio from "asyncio-ts"
import { fate, thrown, thrownAs, thrownBy, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"
import { peer, real, serving, streamPair } from "./support/real.ts"

/** A transport whose buffer is a number, to drive a writer without the host. */
class Fake extends asyncio.WriteTransport {
  size = 0
  closing = false
  closes = 0
  close(): void {
    this.closing = true
    this.closes += 1
  }
  abort(): void {
    this.closing = true
  }
  isClosing(): boolean {
    return this.closing
  }
  setProtocol(): void {}
  getProtocol(): asyncio.BaseProtocol {
    return new asyncio.Protocol()
  }
  canWriteEof(): boolean {
    return false
  }
  getWriteBufferSize(): number {
    return this.size
  }
  getWriteBufferLimits(): readonly [number, number] {
    return [0, 0]
  }
  setWriteBufferLimits(): void {}
  write(): void {}
  writeLines(): void {}
  writeEof(): void {}
  toString(): string {
    return "<Fake>"
  }
}

function fakeWriter(): { writer: asyncio.StreamWriter; protocol: asyncio.StreamReaderProtocol; reader: asyncio.StreamReader; transport: Fake } {
  const loop = asyncio.getRunningLoop()
  const reader = new asyncio.StreamReader()
  const protocol = new asyncio.StreamReaderProtocol(reader, null, loop)
  const transport = new Fake()
  return { writer: new asyncio.StreamWriter(transport, protocol, reader, loop), protocol, reader, transport }
}

virtual("R160: drain does not suspend while writing goes on, and waits from pauseWriting to resumeWriting", async () => {
  const { writer, protocol } = fakeWriter()
  const free = asyncio.createTask(writer.drain())
  await ticks(1)
  assert.equal(fate(free), "returned undefined")
  protocol.pauseWriting()
  const tasks = [0, 1, 2].map(() => asyncio.createTask(writer.drain()))
  await ticks(3)
  assert.deepEqual(tasks.map(fate), ["pending", "pending", "pending"])
  protocol.resumeWriting()
  await ticks(1)
  assert.deepEqual(tasks.map(fate), ["returned undefined", "returned undefined", "returned undefined"], "several tasks may drain")
})

virtual("a drain that is cancelled leaves the others in line, and the next one waits as ever", async () => {
  const { writer, protocol } = fakeWriter()
  protocol.pauseWriting()
  const [first, second] = [0, 1].map(() => asyncio.createTask(writer.drain())) as [asyncio.Task<void>, asyncio.Task<void>]
  await ticks(1)
  first.cancel()
  await ticks(1)
  assert.deepEqual([fate(first), fate(second)], ["cancelled", "pending"])
  await thrownAs(asyncio.TimeoutError, asyncio.waitFor(writer.drain(), 1))
  protocol.resumeWriting()
  await second
})

virtual("a drain that waits is told of the loss, with its cause", async () => {
  const { writer, protocol } = fakeWriter()
  protocol.pauseWriting()
  const tasks = [0, 1].map(() => asyncio.createTask(writer.drain()))
  await ticks(1)
  const boom = new Error("boom")
  protocol.connectionLost(boom)
  for (const task of tasks) assert.equal(await thrown(task), boom, "what the reader failed with")
  const other = fakeWriter()
  other.protocol.pauseWriting()
  const task = asyncio.createTask(other.writer.drain())
  await ticks(1)
  other.protocol.connectionLost(null)
  await thrownAs(asyncio.ConnectionResetError, task)
})

virtual("R162: drain after close gives up one turn, then says that the connection is closed", async () => {
  const { writer, protocol } = fakeWriter()
  writer.close()
  const task = asyncio.createTask(writer.drain())
  await ticks(1)
  assert.equal(fate(task), "pending")
  protocol.connectionLost(null)
  assert.match((await thrownAs(asyncio.ConnectionResetError, task)).message, /cannot drain: the connection is closed/)
})

virtual("drain throws what the reader failed with, also where nothing has to be waited for", async () => {
  const { writer, reader } = fakeWriter()
  reader.setException(new Error("boom"))
  assert.match((await thrownAs(Error, writer.drain())).message, /boom/)
})

virtual("waitClosed waits for the end of the connection, throws what it failed with, and can be awaited again", async () => {
  const { writer, protocol } = fakeWriter()
  const waiting = [0, 1].map(() => asyncio.createTask(writer.waitClosed()))
  await ticks(1)
  const cancelled = asyncio.createTask(writer.waitClosed())
  await ticks(1)
  cancelled.cancel()
  await ticks(1)
  assert.equal(fate(cancelled), "cancelled")
  const boom = new Error("boom")
  protocol.connectionLost(boom)
  for (const task of waiting) assert.equal(await thrown(task), boom)
  assert.equal(await thrown(writer.waitClosed()), boom)
})

virtual("disposing closes, waits, and leaves a failure of the connection alone, but not a cancellation", async () => {
  const { writer, protocol, transport } = fakeWriter()
  const disposing = asyncio.createTask(async () => await writer[Symbol.asyncDispose]())
  await ticks(2)
  assert.deepEqual([transport.closes, fate(disposing)], [1, "pending"])
  protocol.connectionLost(new Error("boom"))
  await disposing
  const other = fakeWriter()
  const stopped = asyncio.createTask(async () => await other.writer[Symbol.asyncDispose]())
  await ticks(2)
  stopped.cancel()
  await ticks(2)
  assert.equal(fate(stopped), "cancelled")
})

real("what is written arrives: bytes, parts of arrays, text as UTF-8, pieces in order", async () => {
  await streamPair(async ([, writer], [reader]) => {
    writer.write("tea é ")
    writer.write(new Uint8Array([0, 65, 66, 0]).subarray(1, 3))
    writer.writeLines(["\n", Buffer.from("one"), "two"])
    writer.write("")
    writer.writeEof()
    assert.equal(String(await reader.read()), "tea é AB\nonetwo")
  })
})

real("what is neither bytes nor text is refused at the call", async () => {
  await streamPair(async ([, writer]) => {
    assert.match(thrownBy(() => writer.write(5 as never)).message, /write takes bytes or text, not .*5/)
    assert.ok(thrownBy(() => writer.writeLines([Buffer.from("a"), null as never])) instanceof TypeError)
    assert.ok(thrownBy(() => writer.writeLines(Buffer.from("ab") as never)) instanceof TypeError)
  })
})

real("R160: a peer that does not read makes drain wait, and reading ends the wait; the buffer is counted in bytes", async () => {
  const sockets: Socket[] = []
  await peer((socket) => sockets.push(socket.pause()), async (port) => {
    const [, writer] = await asyncio.openConnection("127.0.0.1", port)
    const { transport } = writer
    const piece = Buffer.alloc(256 * 1024)
    let written = 0
    for (let full = 0; full < 3; ) {
      writer.write(piece)
      written += piece.length
      const left = transport.getWriteBufferSize()
      await asyncio.sleep(0.001)
      full = transport.getWriteBufferSize() === left && left > 64 * 1024 ? full + 1 : 0
    }
    const draining = [0, 1].map(() => asyncio.createTask(writer.drain()))
    await ticks(3)
    assert.deepEqual(draining.map(fate), ["pending", "pending"])
    const before = transport.getWriteBufferSize()
    writer.write("é".repeat(10_000))
    assert.equal(transport.getWriteBufferSize() - before, 20_000)
    written += 20_000
    let got = 0
    const [socket] = sockets as [Socket]
    socket.on("data", (chunk: Buffer) => (got += chunk.length)).resume()
    await asyncio.gather(draining)
    assert.ok(transport.getWriteBufferSize() <= 16 * 1024)
    writer.close()
    if (!socket.readableEnded) await once(socket, "end")
    assert.equal(got, written)
    await writer.waitClosed()
  })
})

real("a lower mark counts what was written before it was set", async () => {
  const sockets: Socket[] = []
  await peer((socket) => sockets.push(socket.pause()), async (port) => {
    const [, writer] = await asyncio.openConnection("127.0.0.1", port)
    writer.transport.setWriteBufferLimits({ high: 100_000_000 })
    writer.write(Buffer.alloc(10_000_000))
    await writer.drain()
    writer.transport.setWriteBufferLimits({ high: 1000 })
    assert.deepEqual(writer.transport.getWriteBufferLimits(), [250, 1000])
    const draining = asyncio.createTask(writer.drain())
    await ticks(3)
    assert.equal(fate(draining), "pending")
    while (sockets.length === 0) await asyncio.sleep(0.001)
    sockets[0]?.resume()
    await draining
    assert.ok(writer.transport.getWriteBufferSize() <= 250)
    writer.close()
    await writer.waitClosed()
  })
})

real("R162: writing after writeEof is refused, and after close dropped, with one warning at the fifth", async (told) => {
  await streamPair(async ([reader, writer], [farReader, farWriter]) => {
    assert.equal(writer.canWriteEof(), true)
    writer.write("bye")
    writer.writeEof()
    writer.writeEof()
    assert.match(thrownBy(() => writer.write("more")).message, /cannot write after writeEof\(\)/)
    assert.equal(String(await farReader.read()), "bye")
    farWriter.write("the other side still speaks")
    assert.equal(String(await reader.read(100)), "the other side still speaks")
    farWriter.close()
    assert.equal(farWriter.isClosing(), true)
    for (let i = 0; i < 9; i += 1) farWriter.write("late")
    await farWriter.waitClosed()
    await new Promise(setImmediate)
    told.warning(/5 writes to a closed connection to 127\.0\.0\.1:\d+ were dropped; await drain\(\)/)
  })
})

real("close writes what is buffered, and waitClosed returns when it is gone", async () => {
  const text = Buffer.alloc(3_000_000, 97)
  await streamPair(async ([, writer], [reader]) => {
    writer.write(text)
    writer.close()
    const closed = asyncio.createTask(writer.waitClosed())
    assert.equal((await reader.read()).length, text.length)
    await closed
    writer.close()
    await writer.waitClosed()
  })
})

real("abort loses what is buffered, and nobody waits", async () => {
  await peer((socket) => socket.pause(), async (port) => {
    const [reader, writer] = await asyncio.openConnection("127.0.0.1", port)
    writer.write(Buffer.alloc(10_000_000))
    const [draining, reading] = [asyncio.createTask(writer.drain()), asyncio.createTask(reader.read())]
    await ticks(2)
    writer.transport.abort()
    await writer.waitClosed()
    await thrownAs(asyncio.ConnectionResetError, draining)
    assert.equal((await reading).length, 0)
  })
})

real("a reset of the peer's fails reads, drains and waitClosed alike, with the address", async () => {
  await peer((socket) => void socket.once("data", () => socket.resetAndDestroy()), async (port) => {
    const [reader, writer] = await asyncio.openConnection("127.0.0.1", port)
    writer.write("x")
    const error = await thrownAs(asyncio.ConnectionResetError, reader.read())
    assert.match(error.message, new RegExp(`the connection to 127.0.0.1:${port} failed: the peer closed the connection \\(ECONNRESET\\)`))
    assert.equal(await thrown(writer.drain()), error)
    assert.equal(await thrown(writer.waitClosed()), error)
    assert.equal(reader.exception(), error)
  })
})

real("a writer prints its transport, and knows its ends also through it", async () => {
  await serving(
    () => undefined,
    async (port) => {
      const [, writer] = await asyncio.openConnection("127.0.0.1", port)
      assert.match(String(writer), new RegExp(`^<StreamWriter <SocketTransport open to 127.0.0.1:${port}, 0 bytes to write>>$`))
      assert.deepEqual(writer.getExtraInfo("peername"), ["127.0.0.1", port])
      assert.equal(writer.getExtraInfo("sockname")?.[0], "127.0.0.1")
      assert.match(String(writer.getExtraInfo("socket")), /^<TransportSocket 127\.0\.0\.1:\d+ peer 127\.0\.0\.1:\d+>$/)
      assert.equal(writer.getExtraInfo("cipher"), undefined)
      assert.equal(writer.getExtraInfo("nothing of the kind", "fallback"), "fallback")
      writer.close()
      await writer.waitClosed()
      assert.deepEqual(writer.getExtraInfo("peername"), ["127.0.0.1", port])
      assert.match(String(writer), /SocketTransport closed to/)
    },
  )
})
