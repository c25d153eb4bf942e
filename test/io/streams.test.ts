import assert from "node:assert/strict"
import { AsyncLocalStorage } from "node:async_hooks"
import { test } from "node:test"
import { join } from "node:path"
import * as asyncio from "asyncio-ts"
import { thrownAs, thrownBy, ticks } from "../support/record.ts"
import { closedPort, connected, folder, peer, portOf, real, serving } from "./support/real.ts"

const echo: asyncio.ClientConnected = async (reader, writer) => {
  for await (const line of reader) {
    writer.write(line)
    await writer.drain()
  }
  writer.close()
}

real("a client and a server speak lines", async () => {
  await serving(echo, async (port, server) => {
    const [reader, writer] = await asyncio.openConnection("127.0.0.1", port)
    for (const line of ["one\n", "two\n"]) {
      writer.write(line)
      assert.equal(String(await reader.readLine()), line)
    }
    assert.equal(server.connections, 1)
    writer.writeEof()
    assert.equal((await reader.read()).length, 0)
    writer.close()
    await writer.waitClosed()
  })
})

real("the same over a Unix socket, whose path is the name of the server's end", async () => {
  const path = join(folder(), "echo")
  const names: unknown[] = []
  const server = await asyncio.startUnixServer(async (reader, writer) => {
    names.push(writer.getExtraInfo("sockname"), writer.getExtraInfo("peername"))
    await echo(reader, writer)
  }, path)
  assert.equal(server.sockets[0]?.getsockname(), path)
  const [reader, writer] = await asyncio.openUnixConnection(path)
  assert.equal(writer.getExtraInfo("peername"), path)
  writer.write("tea\n")
  assert.equal(String(await reader.readLine()), "tea\n")
  writer.close()
  await writer.waitClosed()
  server.close()
  await server.waitClosed()
  assert.deepEqual(names, [path, ""])
})

real("nothing is done before a connection is awaited", async () => {
  const never = asyncio.openConnection("127.0.0.1", await closedPort())
  await ticks(3)
  await thrownAs(asyncio.ConnectionRefusedError, never)
})

real("a refused connection tells its class, host and port, and keeps the system's code", async () => {
  const port = await closedPort()
  const error = await thrownAs(asyncio.ConnectionRefusedError, asyncio.openConnection("127.0.0.1", port))
  assert.match(error.message, new RegExp(`cannot connect to 127\\.0\\.0\\.1:${port}: connection refused`))
  assert.deepEqual([error.code, error.port, error.address, error.syscall], ["ECONNREFUSED", port, "127.0.0.1", "connect"])
  const path = join(folder(), "none")
  assert.match((await thrownAs(asyncio.FileNotFoundError, asyncio.openUnixConnection(path))).message, new RegExp(path))
})

real("a host that is not known is told with its name", async () => {
  const error = await thrownAs(asyncio.AddressLookupError, asyncio.openConnection("no-such-host.invalid", 80))
  assert.match(error.message, /cannot look up the host "no-such-host\.invalid"/)
  const family = await thrownAs(asyncio.AddressLookupError, asyncio.openConnection("::1", 80, { family: 4 }))
  assert.match(family.message, /"::1": it is no address of IPv4/)
})

test("arguments that make no sense are refused at the call", () => {
  const { openConnection, openUnixConnection, startServer, startUnixServer } = asyncio
  const wrong: [() => unknown, typeof TypeError | typeof RangeError, RegExp][] = [
    [() => openConnection(), TypeError, /needs a host and a port, or a connected socket/],
    [() => openConnection("localhost"), TypeError, /a port is a number/],
    [() => openConnection("", 80), TypeError, /not an empty text/],
    [() => openConnection(5 as never, 80), TypeError, /a host is a name or address, not .*5/],
    [() => openConnection("localhost", "80" as never), TypeError, /a port is a number/],
    [() => openConnection("localhost", 65536), RangeError, /0 to 65535, not 65536/],
    [() => openConnection("localhost", 1.5), RangeError, /whole number/],
    [() => openConnection("localhost", 80, { limit: 0 }), RangeError, /limit of a stream/],
    [() => openConnection("localhost", 80, { family: 5 as never }), RangeError, /family is 4, 6 or 0 for both, not 5/],
    [() => openConnection("localhost", 80, { localAddr: "x" as never }), TypeError, /localAddr is \[host, port\]/],
    [() => openConnection("localhost", 80, { localAddr: ["here", 0] }), TypeError, /an address in numbers, not "here"/],
    [() => openConnection("localhost", 80, { localAddr: ["127.0.0.1", -1] }), RangeError, /a port is a whole number/],
    [() => openConnection("localhost", 80, { localAddr: [] as never }), TypeError, /localAddr is \[host, port\]/],
    [() => openUnixConnection("/tmp/a\0b"), TypeError, /no zero byte/],
    [() => openConnection("localhost", 80, { interleave: -1 }), RangeError, /interleave/],
    [() => openConnection("localhost", 80, { happyEyeballsDelay: NaN }), RangeError, /happyEyeballsDelay/],
    [() => openConnection("localhost", 80, { sock: {} as never }), TypeError, /not both/],
    [() => openConnection(undefined, undefined, { sock: {} as never }), TypeError, /connected Socket of node:net/],
    [() => openUnixConnection(), TypeError, /path of a Unix socket is text/],
    [() => openUnixConnection(""), TypeError, /path of a Unix socket/],
    [() => openUnixConnection("/x", { sock: new Object() as never }), TypeError, /connected Socket/],
    [() => startServer("echo" as never, null, 0), TypeError, /what startServer calls for each client/],
    [() => startServer(echo, 5 as never, 0), TypeError, /./],
    [() => startServer(echo, ["localhost", 5 as never], 0), TypeError, /a host is a name or address/],
    [() => startServer(echo, null, -1), RangeError, /a port is a whole number/],
    [() => startServer(echo, null, 0, { backlog: 0 }), RangeError, /backlog/],
    [() => startUnixServer(null as never, "/x"), TypeError, /what startUnixServer calls/],
    [() => startUnixServer(echo, 5 as never), TypeError, /path of a Unix socket is text/],
  ]
  for (const [call, kind, message] of wrong) {
    let error: unknown
    try {
      void call()
    } catch (thrown) {
      error = thrown
    }
    assert.ok(error instanceof kind && message.test(error.message), `${String(call)}: ${String(error)}`)
  }
})

real("a socket that makes text of what it reads is refused at the call", async () => {
  await peer(() => undefined, async (port) => {
    const sock = (await connected(port)).setEncoding("utf8")
    assert.match(thrownBy(() => asyncio.openConnection(null, null, { sock })).message, /makes text of what it reads/)
    sock.destroy()
  })
})

real("a connection that is cancelled or timed out at any moment leaves nothing open", async () => {
  await peer(
    () => undefined,
    async (port) => {
      for (let patience = 0; patience < 12; patience += 1) {
        const task = asyncio.createTask(asyncio.openConnection(patience % 2 === 0 ? "127.0.0.1" : "localhost", port, { happyEyeballsDelay: patience % 3 === 0 ? 0.01 : null }))
        for (let i = 0; i < patience && !task.done(); i += 1) await new Promise(setImmediate)
        const came = task.done()
        task.cancel()
        await asyncio.wait([task])
        assert.equal(task.cancelled(), !came)
        if (came) task.result()[1].transport.abort()
      }
      await thrownAs(asyncio.TimeoutError, asyncio.waitFor(asyncio.openConnection("127.0.0.1", port), 0))
    },
  )
})

real("R164: a client handler that throws is reported, and its connection closed", async (told) => {
  const boom = new Error("boom")
  await serving(
    async (reader) => {
      await reader.readLine()
      throw boom
    },
    async (port) => {
      const [reader, writer] = await asyncio.openConnection("127.0.0.1", port)
      writer.write("go\n")
      assert.equal((await reader.read()).length, 0)
      const report = told.report(/^Unhandled exception in client_connected_cb$/)
      assert.equal(report.exception, boom)
      assert.ok(report["transport"] instanceof asyncio.Transport)
      writer.close()
    },
  )
})

real("R164: a plain function that throws is reported as well", async (told) => {
  await serving(
    () => {
      throw new Error("boom")
    },
    async (port) => {
      const [reader, writer] = await asyncio.openConnection("127.0.0.1", port)
      assert.equal((await reader.read()).length, 0)
      told.report(/^Unhandled exception in client_connected_cb$/)
      writer.close()
    },
  )
})

real("R164: a client handler that is cancelled has its connection closed, without a report", async () => {
  await serving(
    async (reader) => {
      asyncio.currentTask()?.cancel()
      await reader.read()
    },
    async (port) => {
      const [reader, writer] = await asyncio.openConnection("127.0.0.1", port)
      assert.equal((await reader.read()).length, 0)
      writer.close()
    },
  )
})

real("a client handler that is no async function runs as a task, and may keep the connection", async () => {
  const kept: asyncio.Stream[] = []
  const tasks: unknown[] = []
  await serving(
    (...stream) => {
      kept.push(stream)
      tasks.push(asyncio.currentTask())
    },
    async (port) => {
      const [reader, writer] = await asyncio.openConnection("127.0.0.1", port)
      while (kept.length === 0) await asyncio.sleep(0.001)
      kept[0]?.[1].write("later\n")
      assert.equal(String(await reader.readLine()), "later\n")
      assert.ok(tasks[0] instanceof asyncio.Task)
      writer.close()
      await writer.waitClosed()
    },
  )
})

real("R194: each connection has its own copy of the context in which the server was made", async () => {
  const variable = new asyncio.ContextVar<string>("variable")
  const storage = new AsyncLocalStorage<string>()
  const seen: string[] = []
  variable.set("server")
  const server = await storage.run("theirs", async () =>
    await asyncio.startServer(async (reader, writer) => {
      seen.push(`${variable.get()} ${storage.getStore()}`)
      variable.set("a connection")
      writer.write(await reader.readLine())
      seen.push(variable.get())
      writer.close()
    }, "127.0.0.1", 0),
  )
  variable.set("client")
  for (let i = 0; i < 2; i += 1) {
    const [reader, writer] = await asyncio.openConnection("127.0.0.1", portOf(server))
    writer.write("x\n")
    await reader.readLine()
    writer.close()
    await writer.waitClosed()
  }
  assert.deepEqual(seen, ["server theirs", "a connection", "server theirs", "a connection"])
  assert.equal(variable.get(), "client")
  server.close()
  await server.waitClosed()
})

real("R194: callbacks of a protocol run in the context of their connection, whoever pauses and resumes it", async () => {
  const variable = new asyncio.ContextVar<string>("variable", { default: "none" })
  const seen: string[] = []
  const over = new asyncio.Event()
  class Noting extends asyncio.Protocol {
    override connectionMade(transport: asyncio.BaseTransport): void {
      seen.push(`made ${variable.get()}`)
      variable.set("of the connection")
      void asyncio.createTask(async () => {
        variable.set("of a task")
        ;(transport as asyncio.Transport).pauseReading()
        await asyncio.sleep(0.005)
        ;(transport as asyncio.Transport).resumeReading()
      })
    }
    override dataReceived(): void {
      seen.push(`data ${variable.get()}`)
    }
    override connectionLost(): void {
      seen.push(`lost ${variable.get()} ${String(asyncio.currentTask())}`)
      over.set()
    }
  }
  variable.set("of the server")
  const server = await asyncio.getRunningLoop().createServer(() => new Noting(), "127.0.0.1", 0)
  variable.set("of the client")
  for (let i = 0; i < 2; i += 1) {
    const socket = await connected(portOf(server))
    socket.end("x")
    await over.wait()
    over.clear()
    assert.deepEqual(seen.splice(0), ["made of the server", "data of the connection", "lost of the connection undefined"])
    socket.destroy()
  }
  server.close()
  await server.waitClosed()
})

real("a long line is not lost for the reader alone: the limit of both ends can be set", async () => {
  await serving(
    echo,
    async (port) => {
      const [reader, writer] = await asyncio.openConnection("127.0.0.1", port, { limit: 300_000 })
      const line = `${"x".repeat(200_000)}\n`
      writer.write(line)
      assert.equal(String(await reader.readLine()), line)
      writer.close()
      await writer.waitClosed()
    },
    { limit: 300_000 },
  )
})

real("a reader that is full holds the peer back, and nothing is lost", async () => {
  const size = 30_000_000
  await peer(
    (socket) => {
      socket.end(Buffer.alloc(size, 97))
    },
    async (port) => {
      const [reader, writer] = await asyncio.openConnection("127.0.0.1", port, { limit: 1000 })
      await asyncio.sleep(0.03)
      const held = Number(/(\d+) bytes/.exec(String(reader))?.[1])
      assert.match(String(reader), /paused/)
      assert.ok(held > 2000 && held < 400_000, `${held} bytes are held`)
      let got = 0
      while (!reader.atEof()) got += (await reader.read(50_000)).length
      assert.equal(got, size)
      writer.close()
      await writer.waitClosed()
    },
  )
})

real("closing in the midst of another task's read ends the read", async () => {
  await serving(echo, async (port) => {
    const [reader, writer] = await asyncio.openConnection("127.0.0.1", port)
    const reading = asyncio.createTask(reader.readLine())
    await ticks(2)
    writer.close()
    assert.equal((await reading).length, 0)
    await writer.waitClosed()
  })
})

real("a socket that was connected elsewhere can be used", async () => {
  await peer(
    (socket) => socket.pipe(socket),
    async (port) => {
      const [reader, writer] = await asyncio.openConnection(null, null, { sock: await connected(port) })
      writer.write("mine\n")
      assert.equal(String(await reader.readLine()), "mine\n")
      writer.close()
      await writer.waitClosed()
    },
  )
})

real("cancelling what waits for many idle connections takes nothing along", async () => {
  await serving(echo, async (port, server) => {
    const streams = await asyncio.gather(Array.from({ length: 20 }, () => asyncio.openConnection("127.0.0.1", port)))
    const reads = streams.map(([reader]) => asyncio.createTask(reader.readLine()))
    await ticks(2)
    for (const read of reads) read.cancel()
    await asyncio.wait(reads)
    for (const [reader, writer] of streams) {
      writer.write("x\n")
      assert.equal(String(await reader.readLine()), "x\n")
      writer.close()
    }
    await asyncio.gather(streams.map(([, writer]) => writer.waitClosed()))
    while (server.connections > 0) await asyncio.sleep(0.001)
  })
})
