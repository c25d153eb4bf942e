/** Peers that mean harm, or know no better: memory stays bounded, others go on, the error says what happened. */
import assert from "node:assert/strict"
import { connect, type Socket } from "node:net"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { collect } from "../core/support/gc.ts"

const MEGABYTE = 1024 * 1024

/** The answer to a line of one letter, so that few of them fill what lies between the peers. */
const LONG_ANSWER = `${"x".repeat(100)}\n`

/** Answers each line with its length, or at length; what it fails with is told. */
async function withServer(body: (port: number, failures: asyncio.Queue<unknown>, server: asyncio.Server) => Promise<void>): Promise<void> {
  await asyncio.run(async () => {
    const failures = new asyncio.Queue<unknown>()
    const server = await asyncio.startServer(
      async (reader, writer) => {
        try {
          for await (const line of reader) {
            writer.write(line.length === 2 ? LONG_ANSWER : `${line.length}\n`)
            await writer.drain()
          }
        } catch (error) {
          failures.putNowait(error)
        } finally {
          writer.transport.abort()
        }
      },
      "127.0.0.1",
      0,
      { backlog: 2_000 }, // so that no connection of a crowd has to be tried again
    )
    await body(Number(server.sockets[0]?.getsockname()?.[1]), failures, server)
    server.close()
    server.abortClients()
    await server.waitClosed()
  })
}

/** A client that behaves: it is answered while others misbehave. */
async function isServed(port: number): Promise<void> {
  const [reader, writer] = await asyncio.openConnection("127.0.0.1", port)
  writer.write("tea\n")
  assert.equal(String(await asyncio.waitFor(reader.readLine(), 30)), "4\n")
  await writer[Symbol.asyncDispose]()
}

function rough(port: number): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" }, () => resolve(socket))
    socket.on("error", () => {})
  })
}

test("a line without end is refused at the limit, and not collected", () =>
  withServer(async (port, failures) => {
    const before = process.memoryUsage().arrayBuffers
    const [reader, writer] = await asyncio.openConnection("127.0.0.1", port)
    const flood = asyncio.createTask(async () => {
      for (;;) {
        writer.write(Buffer.alloc(MEGABYTE, "x"))
        await writer.drain()
      }
    })
    const error = await failures.get()
    assert.ok(error instanceof asyncio.LimitOverrunError, String(error))
    assert.match(error.message, /longer than the limit of 65536 bytes/)
    await assert.rejects(flood, asyncio.ConnectionError)
    assert.ok(process.memoryUsage().arrayBuffers - before < 16 * MEGABYTE)
    await isServed(port)
    await reader.read().catch(() => {})
  }))

test("a client that writes without ever reading is slowed down, and the memory stays bounded", () =>
  withServer(async (port) => {
    const before = process.memoryUsage()
    const socket = await asyncio.wrapFuture(rough(port))
    socket.pause()
    let taken = 0
    const line = Buffer.alloc(MEGABYTE, "a\n")
    // Until the socket takes no more: the server cannot get rid of its answers.
    for (let full = 0; full < 20; full = socket.writableLength > 0 ? full + 1 : 0) {
      if (socket.writableLength === 0) {
        socket.write(line)
        taken += line.length
      }
      await asyncio.sleep(0.002)
      assert.ok(taken < 64 * MEGABYTE && process.memoryUsage().arrayBuffers < 256 * MEGABYTE, "it was read without end")
    }
    await asyncio.wrapFuture(collect())
    const { arrayBuffers, heapUsed } = process.memoryUsage()
    assert.ok(arrayBuffers + heapUsed - before.arrayBuffers - before.heapUsed < 64 * MEGABYTE)
    await isServed(port)
    socket.destroy()
  }))

test("a thousand peers that send a byte now and then hold nobody up", () =>
  withServer(async (port, failures) => {
    const sockets = await asyncio.wrapFuture(Promise.all(Array.from({ length: 1_000 }, () => rough(port))))
    for (const socket of sockets) socket.write("s")
    await isServed(port)
    for (const socket of sockets) socket.write("l\n")
    await isServed(port)
    for (const socket of sockets) socket.resetAndDestroy()
    for (let gone = 0; gone < sockets.length; gone += 1) assert.ok((await failures.get()) instanceof asyncio.ConnectionResetError)
    await isServed(port)
  }))

test("a peer that has closed its side, and one that is cut off, end their own connections only", () =>
  withServer(async (port, failures, server) => {
    const half = await asyncio.wrapFuture(rough(port))
    half.end("half")
    const cut = await asyncio.wrapFuture(rough(port))
    cut.write("cu")
    await isServed(port)
    cut.resetAndDestroy()
    assert.ok((await failures.get()) instanceof asyncio.ConnectionResetError)
    await asyncio.timeout(30).run(async () => {
      while (server.connections > 0) await asyncio.sleep(0.002)
    })
  }))

test("five thousand connections at once are all answered", () =>
  asyncio.run(async () => {
    const server = await asyncio.startServer(
      async (reader, writer) => {
        writer.write(await reader.readLine())
        await writer.drain()
        writer.close()
      },
      "127.0.0.1",
      0,
      { backlog: 5_000 },
    )
    const program = `
      const { connect } = require("node:net")
      const [port, count] = process.argv.slice(1).map(Number)
      const ask = () => new Promise((resolve) => {
        const socket = connect({ port, host: "127.0.0.1" }, () => socket.write("tea\\n"))
        let answer = ""
        socket.on("data", (data) => (answer += data))
        socket.on("error", (error) => resolve(error.code))
        socket.on("close", () => resolve(answer))
      })
      Promise.all(Array.from({ length: count }, ask)).then((answers) => console.log(answers.filter((answer) => answer === "tea\\n").length))`
    const port = String(server.sockets[0]?.getsockname()?.[1])
    const child = await asyncio.createSubprocessExec(process.execPath, "-e", program, port, "5000", { stdout: asyncio.subprocess.PIPE })
    const [output] = await child.communicate()
    assert.equal(String(output).trim(), "5000")
    server.close()
    await server.waitClosed()
  }))
