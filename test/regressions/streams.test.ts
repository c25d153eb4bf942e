/** Streams and servers: faults that this and other libraries had, each with the report that it is known by. */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { fate, thrownAs, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"
import { inCallback, peer, portOf, real } from "../io/support/real.ts"

const silent: asyncio.ClientConnected = async (reader, writer) => {
  await reader.read()
  writer.close()
}

/** A server on a loop of this test, and a connection to it that the server knows of. */
async function connection(): Promise<[asyncio.Server, asyncio.Stream]> {
  const server = await asyncio.startServer(silent, "127.0.0.1", 0)
  const stream = await asyncio.openConnection("127.0.0.1", portOf(server))
  while (server.connections === 0) await asyncio.sleep(0.001)
  return [server, stream]
}

real("gh-83939: waitClosed returns, whichever side has ended the connection", async () => {
  const [server, [, near]] = await connection()
  near.close()
  await asyncio.waitFor(near.waitClosed(), 20)
  await peer(
    (socket) => socket.destroy(),
    async (port) => {
      const [reader, writer] = await asyncio.openConnection("127.0.0.1", port)
      await reader.read()
      const waiting = asyncio.createTask(asyncio.waitFor(writer.waitClosed(), 20))
      await ticks(2)
      writer.close()
      await waiting
    },
  )
  server.close()
  await server.waitClosed()
})

class Closing extends asyncio.WriteTransport {
  close(): void {}
  abort(): void {}
  isClosing(): boolean {
    return true
  }
  setProtocol(): void {}
  getProtocol(): asyncio.BaseProtocol {
    return new asyncio.Protocol()
  }
  canWriteEof(): boolean {
    return false
  }
  getWriteBufferSize(): number {
    return 1
  }
  getWriteBufferLimits(): readonly [number, number] {
    return [0, 0]
  }
  setWriteBufferLimits(): void {}
  write(): void {}
  writeLines(): void {}
  writeEof(): void {}
  toString(): string {
    return "<Closing>"
  }
}

virtual("python/asyncio #263: a task that writes and drains for ever hears that the connection is gone", async () => {
  const loop = asyncio.getRunningLoop()
  const reader = new asyncio.StreamReader()
  const protocol = new asyncio.StreamReaderProtocol(reader, null, loop)
  const writer = new asyncio.StreamWriter(new Closing(), protocol, reader, loop)
  loop.callSoon(() => protocol.connectionLost(null))
  await thrownAs(asyncio.ConnectionResetError, (async () => {
    for (let i = 0; i < 1000; i += 1) {
      writer.write("more")
      await writer.drain()
    }
  })())
})

real("gh-104344: waitClosed of a server does not return while a connection is open", async () => {
  const [server, [, writer]] = await connection()
  server.close()
  const waiting = asyncio.createTask(server.waitClosed())
  await asyncio.sleep(0.01)
  assert.equal(fate(waiting), "pending")
  writer.close()
  await waiting
})

real("gh-98582: waitClosed of a server returns when its last connection ends", async () => {
  const [server, [, writer]] = await connection()
  server.close()
  const waiting = asyncio.createTask(asyncio.waitFor(server.waitClosed(), 20))
  await ticks(2)
  writer.close()
  await waiting
})

real("gh-114914: a connection that is dropped without close is told of in debug mode", async (told) => {
  await peer(
    () => undefined,
    async (port) => {
      const loop = new asyncio.EventLoop()
      await inCallback(async () => {
        loop.setDebug(true)
        await loop.runUntilComplete(async () => void (await asyncio.openConnection("127.0.0.1", port)))
        loop.close()
      })
      await new Promise(setImmediate)
      told.warning(/^<SocketTransport open to 127\.0\.0\.1:\d+, 0 bytes to write> was still open when its event loop was closed/)
    },
  )
})

real("trio 0.14: closing a connection wakes the task that waits to read from it", async () => {
  const [server, [reader, writer]] = await connection()
  const reading = asyncio.createTask(asyncio.waitFor(reader.readLine(), 20))
  await ticks(2)
  writer.close()
  assert.equal((await reading).length, 0)
  server.close()
  await server.waitClosed()
})

virtual("anyio #1267: a read that is cancelled in the tick of the close ends as cancelled, and the next one at the end", async () => {
  for (const order of ["cancel first", "close first"]) {
    const reader = new asyncio.StreamReader()
    const protocol = new asyncio.StreamReaderProtocol(reader, null, asyncio.getRunningLoop())
    const reading = asyncio.createTask(reader.readLine())
    await ticks(2)
    if (order === "cancel first") reading.cancel()
    protocol.connectionLost(null)
    if (order === "close first") reading.cancel()
    await asyncio.wait([reading])
    assert.equal(fate(reading), "cancelled", order)
    assert.equal((await asyncio.waitFor(reader.readLine(), 20)).length, 0)
  }
})
