import assert from "node:assert/strict"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { openDatagramEndpoint, type DatagramEndpoint } from "#src/io/datagram-endpoint.ts"

function pair(name: string, body: (server: DatagramEndpoint, client: DatagramEndpoint) => Promise<void>): void {
  it(name, () =>
    asyncio.run(async () => {
      const server = await openDatagramEndpoint({ localAddr: ["127.0.0.1", 0], maxsize: 3 })
      const client = await openDatagramEndpoint({ remoteAddr: server.localAddress as readonly [string, number] }) // it is bound
      try {
        await body(server, client)
      } finally {
        await asyncio.gather([client, server].map((each) => () => each[Symbol.asyncDispose]()))
      }
    }),
  )
}

describe("an endpoint for datagrams", () => {
  pair("sends and receives, also nothing", async (server, client) => {
    await client.send("Masala?")
    await client.send(new Uint8Array())
    const [question, from] = await server.receive()
    assert.deepEqual([question.toString(), from], ["Masala?", client.localAddress])
    assert.equal((await server.receive())[0].length, 0)
    await server.send("Yes.", from)
    assert.equal((await client.receive())[0].toString(), "Yes.")
    assert.deepEqual(client.remoteAddress, server.localAddress)
    assert.match(client.toString(), /^<DatagramEndpoint 127\.0\.0\.1:\d+ to 127\.0\.0\.1:\d+ \[open\]>$/)
  })

  pair("is cancelled and times out while it waits, and loses nothing by it", async (server, client) => {
    await assert.rejects(asyncio.waitFor(server.receive(), 0.01), asyncio.TimeoutError)
    const task = asyncio.createTask(server.receive())
    await asyncio.sleep(0)
    task.cancel()
    await assert.rejects(task, asyncio.CancelledError)
    await client.send("still there")
    assert.equal((await server.receive())[0].toString(), "still there")
    assert.equal(asyncio.getRunningLoop().hostOperations, 0)
  })

  pair("drops what nobody takes in time, and says how much", async (server, client) => {
    for (let i = 0; i < 8; i += 1) await client.send(String(i))
    while (server.statistics().dropped < 5) await asyncio.sleep(0.001)
    assert.deepEqual(server.statistics(), { waiting: 3, dropped: 5 })
    assert.deepEqual([await server.receive(), await server.receive(), await server.receive()].map(([data]) => data.toString()), ["0", "1", "2"])
  })

  pair("waits while too much is on its way", async (server, client) => {
    client.transport.setWriteBufferLimits({ high: 1000 })
    const sent: number[] = []
    const sending = asyncio.createTask(async () => {
      for (let i = 0; i < 3; i += 1) {
        await client.send(new Uint8Array(900))
        sent.push(i)
      }
    })
    await asyncio.sleep(0)
    assert.deepEqual(sent, [0, 1])
    await sending
    for (let i = 0; i < 3; i += 1) assert.equal((await server.receive())[0].length, 900)
  })

  pair("throws what the network tells", async (server, client) => {
    server.close()
    await server.waitClosed()
    await client.send("anybody?")
    await assert.rejects(client.receive(), (error: Error) => error.name === "ConnectionRefusedError")
  })

  pair("ends its loop when it is closed, after what came before", async (server, client) => {
    await client.send("one")
    await client.send("two")
    const got: string[] = []
    for await (const [data] of server) {
      got.push(data.toString())
      if (got.length === 2) server.close()
    }
    assert.deepEqual(got, ["one", "two"])
    await assert.rejects(server.receive(), /^RuntimeError: <DatagramEndpoint 127\.0\.0\.1:\d+ \[clos(ing|ed)\]> receives nothing any more$/)
    await assert.rejects(server.send("x", client.localAddress), /^RuntimeError: .* sends nothing any more$/)
  })
})

it("options that cannot be are refused at the call, also a remote port 0, which no socket can be connected to", () => {
  const wrong: [object, RegExp][] = [
    [{}, /^TypeError: openDatagramEndpoint needs a localAddr/],
    [{ family: 5 }, /^RangeError: family is 4, 6 or 0/],
    [{ localAddr: "/tmp/socket" }, /^TypeError: localAddr is \[host, port\]/],
    [{ remoteAddr: ["127.0.0.1", 0] }, /^RangeError: the port of remoteAddr is a whole number from 1 to 65535, not 0/],
    [{ localAddr: ["127.0.0.1", 0], maxsize: 0 }, /^RangeError: maxsize/],
  ]
  for (const [options, message] of wrong) assert.throws(() => openDatagramEndpoint(options), message)
})
