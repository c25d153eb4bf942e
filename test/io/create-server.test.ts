import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, renameSync, statSync, unlinkSync, writeFileSync } from "node:fs"
import { createServer as createNetServer } from "node:net"
import { join } from "node:path"
import * as asyncio from "asyncio-ts"
import { thrownAs } from "../support/record.ts"
import { connected, ended, folder, listening, portOf, real } from "./support/real.ts"

const idle = (): void => undefined

async function closed(server: asyncio.Server): Promise<void> {
  server.close()
  server.abortClients()
  await server.waitClosed()
}

real("several hosts are several sockets, and null is one for all interfaces", async () => {
  const both = await asyncio.startServer((_reader, writer) => writer.close(), ["127.0.0.1", "127.0.0.2"], 0)
  const names = both.sockets.map((socket) => socket.getsockname() as [string, number])
  assert.deepEqual(names.map(([host]) => host), ["127.0.0.1", "127.0.0.2"])
  for (const [host, port] of names) {
    const [reader] = await asyncio.openConnection(host, port)
    assert.equal((await reader.read()).length, 0)
  }
  await closed(both)
  for (const host of [null, undefined, ""]) {
    const all = await asyncio.startServer((_reader, writer) => writer.close(), host, 0)
    assert.equal(all.sockets.length, 1)
    ;(await connected(portOf(all))).destroy()
    await closed(all)
  }
})

real("an address in use is told with host and port, and what listened already is closed", async () => {
  const other = createNetServer()
  const port = await listening(other)
  const error = await thrownAs(asyncio.OSError, asyncio.startServer(idle, ["127.0.0.2", "127.0.0.1"], port))
  assert.equal(error.code, "EADDRINUSE")
  assert.match(error.message, new RegExp(`cannot listen on 127\\.0\\.0\\.1:${port}`))
  const again = await asyncio.startServer(idle, "127.0.0.2", port)
  await closed(again)
  other.close()
})

real("an address that this machine has not is told", async () => {
  const error = await thrownAs(asyncio.OSError, asyncio.startServer(idle, "192.0.2.7", 0))
  assert.equal(error.code, "EADDRNOTAVAIL")
  assert.match(error.message, /cannot listen on 192\.0\.2\.7:0/)
  await thrownAs(asyncio.AddressLookupError, asyncio.startServer(idle, "no-such-host.invalid", 0))
})

real("IPv6 is listened on, alone if so asked", async () => {
  const server = await asyncio.startServer((_reader, writer) => writer.close(), "::1", 0, { ipv6Only: true })
  const [host, port] = server.sockets[0]?.getsockname() as [string, number]
  assert.equal(host, "::1")
  assert.match(String(server), /\[::1\]:\d+/)
  const [reader, writer] = await asyncio.openConnection("::1", port)
  assert.deepEqual(writer.getExtraInfo("peername"), ["::1", port])
  assert.equal((await reader.read()).length, 0)
  await closed(server)
})

real("reusePort lets two servers listen on one port", async () => {
  const first = await asyncio.startServer(idle, "127.0.0.1", 0, { reusePort: true })
  const second = await asyncio.startServer(idle, "127.0.0.1", portOf(first), { reusePort: true })
  await thrownAs(asyncio.OSError, asyncio.startServer(idle, "127.0.0.1", portOf(first)))
  await closed(first)
  await closed(second)
}, { skip: process.platform === "linux" ? false : "the system has another way" })

real("a protocol factory that throws is reported, the client sent away, and the next one served", async (told) => {
  let count = 0
  const server = await asyncio.getRunningLoop().createServer(() => {
    count += 1
    if (count === 1) throw new Error("boom")
    return new asyncio.Protocol()
  }, "127.0.0.1", 0)
  const first = await connected(portOf(server))
  await ended(first)
  first.destroy()
  told.report(/Error on the protocol factory of a server on 127\.0\.0\.1:0/)
  const second = await connected(portOf(server))
  while (server.connections === 0) await asyncio.sleep(0.001)
  second.destroy()
  await closed(server)
})

real("the file of a Unix socket goes with the server", async () => {
  const path = join(folder(), "s")
  const server = await asyncio.startUnixServer(idle, path)
  assert.ok(statSync(path).isSocket())
  await closed(server)
  assert.equal(existsSync(path), false)
})

real("cleanupSocket: false leaves the file, and the next server takes its place", async () => {
  const path = join(folder(), "s")
  await closed(await asyncio.startUnixServer(idle, path, { cleanupSocket: false }))
  assert.ok(statSync(path).isSocket(), "left behind")
  const server = await asyncio.startUnixServer((_reader, writer) => writer.close(), path)
  const [reader] = await asyncio.openUnixConnection(path)
  assert.equal((await reader.read()).length, 0)
  await closed(server)
  assert.equal(existsSync(path), false)
})

real("a file that is gone already is no mistake", async () => {
  const path = join(folder(), "s")
  const server = await asyncio.startUnixServer(idle, path)
  unlinkSync(path)
  await closed(server)
})

real("the file of another server is left where it is", async () => {
  const path = join(folder(), "s")
  const first = await asyncio.startUnixServer(idle, path)
  const second = await asyncio.startUnixServer((_reader, writer) => writer.close(), path)
  await closed(first)
  const [reader] = await asyncio.openUnixConnection(path)
  assert.equal((await reader.read()).length, 0)
  await closed(second)
  assert.equal(existsSync(path), false)
  const moved = await asyncio.startUnixServer(idle, path)
  renameSync(path, `${path}2`)
  writeFileSync(path, "a file of somebody else's")
  await closed(moved)
  assert.ok(statSync(path).isFile())
})

real("what is no socket is not removed, and a folder that is missing is told", async () => {
  const home = folder()
  const file = join(home, "file")
  writeFileSync(file, "")
  const error = await thrownAs(asyncio.OSError, asyncio.startUnixServer(idle, file))
  assert.equal(error.code, "EADDRINUSE")
  assert.match(error.message, new RegExp(`cannot listen on ${file}`))
  assert.ok(existsSync(file))
  mkdirSync(join(home, "folder"))
  await thrownAs(asyncio.OSError, asyncio.startUnixServer(idle, join(home, "folder")))
  assert.match((await thrownAs(asyncio.FileNotFoundError, asyncio.startUnixServer(idle, join(home, "none", "s")))).message, /none\/s/)
})

real("a name of Linux that is no file needs none", async () => {
  const path = `\0asyncio-ts-${process.pid}`
  const server = await asyncio.startUnixServer((_reader, writer) => writer.close(), path)
  assert.match(String(server), /on @asyncio-ts-\d+/)
  const [reader] = await asyncio.openUnixConnection(path)
  assert.equal((await reader.read()).length, 0)
  await closed(server)
}, { skip: process.platform === "linux" ? false : "only Linux has such names" })

real("R166: a server that is out of file descriptors goes on when there are some again", async () => {
  const program = `
    import * as asyncio from "asyncio-ts"
    import { connect } from "node:net"
    await asyncio.run(async () => {
      const server = await asyncio.startServer(async (reader, writer) => { await reader.read(); writer.close() }, "127.0.0.1", 0)
      const [, port] = server.sockets[0].getsockname()
      const sockets = []
      for (let i = 0; i < 200; i += 1) {
        const socket = connect(port, "127.0.0.1")
        socket.on("error", () => undefined)
        sockets.push(socket)
      }
      await asyncio.sleep(0.1)
      for (const socket of sockets) socket.destroy()
      await asyncio.sleep(0.1)
      const [reader, writer] = await asyncio.waitFor(asyncio.openConnection("127.0.0.1", port), 3)
      writer.writeEof()
      console.log("served", (await asyncio.waitFor(reader.read(), 3)).length)
      writer.close()
      server.close()
      await server.waitClosed()
    })`
  const child = spawn("sh", ["-c", `ulimit -n 80; exec "$0" --conditions=asyncio-ts:source --input-type=module --eval "$1"`, process.execPath, program], {
    cwd: join(import.meta.dirname, "../.."),
  })
  let output = ""
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)))
  await once(child, "close")
  assert.match(output, /^served 0$/m)
}, { skip: process.platform === "win32" ? "there is no such limit" : false })
