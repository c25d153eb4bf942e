import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import { fate, thrown, thrownAs, ticks } from "../support/record.ts"
import { connected, ended, portOf, real } from "./support/real.ts"

const silent: asyncio.ClientConnected = async (reader, writer) => {
  await reader.read()
  writer.close()
}

const idle = (): asyncio.Coroutine<asyncio.Server> => asyncio.startServer(silent, "127.0.0.1", 0)

/** Connects, and waits until the server knows of it. */
async function client(server: asyncio.Server): Promise<asyncio.Stream> {
  const { connections } = server
  const stream = await asyncio.openConnection("127.0.0.1", portOf(server))
  while (server.connections === connections) await asyncio.sleep(0.001)
  return stream
}

real("a server says where it listens, what it serves, and nothing once it is closed", async () => {
  const server = await idle()
  assert.equal(server.isServing(), true)
  assert.equal(server.getLoop(), asyncio.getRunningLoop())
  assert.match(String(server), /^<Server serving on 127\.0\.0\.1:\d+, 0 connections>$/)
  assert.equal(server.sockets.length, 1)
  server.close()
  assert.deepEqual([server.isServing(), server.sockets.length, String(server)], [false, 0, "<Server closed, 0 connections>"])
  server.close()
  await server.waitClosed()
})

real("with startServing: false it listens from startServing on, however many ask for it", async () => {
  const server = await asyncio.startServer(silent, "127.0.0.1", 0, { startServing: false })
  assert.deepEqual([server.isServing(), server.sockets.length], [false, 0])
  const first = asyncio.createTask(server.startServing())
  await ticks(1)
  await server.startServing()
  const port = portOf(server)
  await first
  await server.startServing()
  const socket = await connected(port)
  socket.destroy()
  server.close()
  await server.waitClosed()
  assert.match((await thrownAs(asyncio.RuntimeError, server.startServing())).message, /is closed; make a new one/)
})

real("closed or cancelled while it begins to listen, it listens nowhere", async () => {
  const server = await asyncio.startServer(silent, ["127.0.0.1", "127.0.0.1"], 0, { startServing: false })
  const starting = asyncio.createTask(server.startServing())
  await ticks(1)
  server.close()
  assert.match((await thrownAs(asyncio.RuntimeError, starting)).message, /was closed before it listened|is closed/)
  await server.waitClosed()
  for (let patience = 0; patience < 12; patience += 1) {
    // A name is looked up first.
    const task = asyncio.createTask(asyncio.startServer(silent, patience % 2 === 0 ? "127.0.0.1" : "localhost", 0))
    await ticks(patience % 6)
    if (patience >= 6) await Promise.resolve()
    task.cancel()
    await asyncio.wait([task])
    if (!task.cancelled()) task.result().close()
  }
})

real("R165: waitClosed waits until it is closed and no connection is left", async () => {
  const server = await idle()
  const [, writer] = await client(server)
  const waiting = asyncio.createTask(server.waitClosed())
  const cancelled = asyncio.createTask(server.waitClosed())
  await ticks(3)
  cancelled.cancel()
  server.close()
  await asyncio.sleep(0.01)
  assert.deepEqual([fate(waiting), fate(cancelled)], ["pending", "cancelled"])
  writer.close()
  await waiting
  await server.waitClosed()
})

real("R165: closed without any connection, waitClosed returns; before close it waits", async () => {
  const server = await idle()
  await thrownAs(asyncio.TimeoutError, asyncio.waitFor(server.waitClosed(), 0.01))
  server.close()
  await server.waitClosed()
})

real("R165: the last connection may end in the very turn of close", async () => {
  for (let i = 0; i < 5; i += 1) {
    const server = await idle()
    const [, writer] = await client(server)
    const waiting = asyncio.createTask(server.waitClosed())
    await ticks(1)
    writer.transport.abort()
    for (let turn = 0; turn < i; turn += 1) await new Promise(setImmediate)
    server.close()
    await asyncio.waitFor(waiting, 5)
  }
})

real("close leaves the connections alone", async () => {
  const server = await asyncio.startServer(async (reader, writer) => {
    writer.write(await reader.readLine())
    writer.close()
  }, "127.0.0.1", 0)
  const [reader, writer] = await client(server)
  const port = portOf(server)
  server.close()
  await thrownAs(asyncio.ConnectionRefusedError, asyncio.openConnection("127.0.0.1", port))
  writer.write("still\n")
  assert.equal(String(await reader.readLine()), "still\n")
  writer.close()
  await server.waitClosed()
})

real("closeClients closes each connection once what is buffered was written", async () => {
  const text = "x".repeat(2_000_000)
  const server = await asyncio.startServer(async (reader, writer) => {
    writer.write(text)
    await reader.read()
  }, "127.0.0.1", 0)
  const [reader, writer] = await client(server)
  assert.equal((await reader.readExactly(1)).length, 1)
  server.close()
  server.closeClients()
  assert.equal((await reader.read()).length, text.length - 1)
  writer.close()
  await server.waitClosed()
})

real("abortClients closes at once, whatever is buffered", async () => {
  const server = await asyncio.startServer(async (reader, writer) => {
    writer.write(Buffer.alloc(10_000_000))
    await reader.read()
  }, "127.0.0.1", 0)
  const socket = await connected(portOf(server))
  while (server.connections === 0) await asyncio.sleep(0.001)
  server.close()
  server.abortClients()
  await server.waitClosed()
  assert.equal(server.connections, 0)
  socket.destroy()
})

real("R165: serveForever that is cancelled closes the server and its connections", async () => {
  const server = await asyncio.startServer(silent, "127.0.0.1", 0, { startServing: false })
  const serving = asyncio.createTask(server.serveForever())
  while (server.sockets.length === 0) await asyncio.sleep(0.001)
  const [reader, writer] = await client(server)
  serving.cancel()
  const reading = asyncio.createTask(reader.read())
  await thrownAs(asyncio.CancelledError, serving)
  assert.deepEqual([server.isServing(), server.connections], [false, 0])
  assert.equal((await reading).length, 0)
  writer.close()
})

real("close ends serveForever, and only one task serves", async () => {
  const server = await asyncio.startServer(silent, "127.0.0.1", 0, { startServing: false })
  const tasks = [0, 1].map(() => asyncio.createTask(server.serveForever())) as [asyncio.Task<never>, asyncio.Task<never>]
  assert.match((await thrownAs(asyncio.RuntimeError, tasks[1])).message, /is already being served by another task/)
  while (server.sockets.length === 0) await asyncio.sleep(0.001)
  server.close()
  await thrownAs(asyncio.CancelledError, tasks[0])
  assert.match((await thrownAs(asyncio.RuntimeError, server.serveForever())).message, /is closed/)
})

real("a cancellation of serveForever before the server listens says whose it was", async () => {
  const server = await asyncio.startServer(silent, "127.0.0.1", 0, { startServing: false })
  const serving = asyncio.createTask(server.serveForever())
  await asyncio.sleep(0)
  serving.cancel("the operator")
  assert.match((await thrownAs(asyncio.CancelledError, serving)).message, /the operator/)
})

real("close ends serveForever alike before the server listens", async () => {
  for (let turns = 0; turns < 12; turns += 1) {
    const server = await asyncio.startServer(silent, "127.0.0.1", 0, { startServing: false })
    const serving = asyncio.createTask(server.serveForever())
    await ticks(1 + turns)
    server.close()
    await thrownAs(asyncio.CancelledError, serving)
  }
})

real("disposing of a server closes it and its connections, and waits", async () => {
  const server = await idle()
  const socket = await connected(portOf(server))
  while (server.connections === 0) await asyncio.sleep(0.001)
  await server[Symbol.asyncDispose]()
  assert.deepEqual([server.isServing(), server.connections], [false, 0])
  await ended(socket)
  socket.destroy()
})

real("a client that comes while the server closes is sent away", async () => {
  const server = await idle()
  const port = portOf(server)
  const coming = Array.from({ length: 5 }, () => asyncio.createTask(asyncio.openConnection("127.0.0.1", port)))
  await ticks(2)
  server.close()
  server.abortClients()
  for (const task of coming) {
    const outcome = await thrown(asyncio.waitFor(task, 5).then((stream) => Promise.reject(stream)))
    if (outcome instanceof asyncio.OSError) continue
    const [reader, writer] = outcome as asyncio.Stream
    await thrown(reader.read().then(() => Promise.reject(new Error("sent away"))))
    writer.transport.abort()
  }
  server.abortClients()
  await server.waitClosed()
})

for (const [how, end] of [
  ["closed", (writer: asyncio.StreamWriter) => writer.close()],
  ["aborted", (writer: asyncio.StreamWriter) => writer.transport.abort()],
] as const) {
  test(`who waits for a server on virtual time meets no deadlock while connections that were ${how} still end`, { timeout: 60_000 }, async () => {
    let connections = 0
    await runVirtual(async () => {
      const accepted = new asyncio.Future<asyncio.StreamWriter>()
      const server = await asyncio.startServer((_reader, writer) => accepted.setResult(writer), "127.0.0.1", 0)
      const [, writer] = await asyncio.openConnection("127.0.0.1", portOf(server))
      end(await accepted)
      end(writer)
      server.close()
      ;({ connections } = server)
      const begun = asyncio.getRunningLoop().time()
      await server.waitClosed()
      assert.equal(asyncio.getRunningLoop().time(), begun)
      // Time goes on: nothing counts as the host's work any more.
      await asyncio.sleep(1)
    })
    assert.equal(connections, 1, "nothing was left to wait for")
  })
}
