import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { startProxy } from "../../examples/network/tcp-proxy.ts"

function portOf(server: asyncio.Server): number {
  return Number(server.sockets[0]?.getsockname()?.[1])
}

test("the proxy passes both directions on, also after one has ended", () =>
  asyncio.run(async () => {
    const behind = await asyncio.startServer(
      async (reader, writer) => {
        const question = await reader.read()
        writer.write(`${question.length} bytes`)
        writer.close()
      },
      "127.0.0.1",
      0,
    )
    const lines = new asyncio.Queue<string>()
    const proxy = await startProxy(0, "127.0.0.1", portOf(behind), (line) => lines.putNowait(line))
    const [reader, writer] = await asyncio.openConnection("127.0.0.1", portOf(proxy))
    writer.write(Buffer.alloc(2_000_000))
    writer.writeEof()
    assert.equal(String(await reader.read()), "2000000 bytes")
    assert.match(await lines.get(), /: 2000000 bytes there, 13 back$/)
    writer.close()
    for (const server of [proxy, behind]) {
      server.close()
      await server.waitClosed()
    }
  }))

test("the proxy says why an address cannot be reached, and closes the connection", () =>
  asyncio.run(async () => {
    const nobody = await asyncio.startServer(() => {}, "127.0.0.1", 0)
    const port = portOf(nobody)
    nobody.close()
    await nobody.waitClosed()
    const lines = new asyncio.Queue<string>()
    const proxy = await startProxy(0, "127.0.0.1", port, (line) => lines.putNowait(line))
    const [reader, writer] = await asyncio.openConnection("127.0.0.1", portOf(proxy))
    assert.equal((await reader.read()).length, 0)
    assert.match(await lines.get(), /nobody listens there/)
    writer.close()
    proxy.close()
    await proxy.waitClosed()
  }))
