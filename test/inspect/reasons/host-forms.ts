/** The waits of the main entry that the host ends, each in a scene where the host has not ended it yet. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer, connect, type AddressInfo, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as asyncio from "asyncio-ts"
import type { Form, Scene } from "./forms.ts"

const { files } = asyncio
const loop = (): asyncio.EventLoop => asyncio.getRunningLoop()

/** A listener that accepts and says nothing. */
async function silent(scene: Scene, path?: string): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined))
  })
  await new Promise<void>((resolve) => (path === undefined ? server.listen(0, "127.0.0.1", resolve) : server.listen(path, resolve)))
  scene.end(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return path === undefined ? (server.address() as AddressInfo).port : 0
}

function folder(scene: Scene): string {
  const made = mkdtempSync(join(tmpdir(), "asyncio-ts-reasons-"))
  scene.end(() => rmSync(made, { recursive: true, force: true }))
  writeFileSync(join(made, "tea.txt"), "Masala\n")
  return made
}

async function streams(scene: Scene): Promise<[asyncio.StreamReader, asyncio.StreamWriter]> {
  const port = await silent(scene)
  const [reader, writer] = await asyncio.openConnection("127.0.0.1", port)
  scene.end(() => writer.transport.abort())
  return [reader, writer]
}

async function server(scene: Scene): Promise<asyncio.Server> {
  const made = await loop().createServer(() => new asyncio.Protocol(), "127.0.0.1", 0, { startServing: false })
  scene.end(() => made.close())
  return made
}

async function endpoint(scene: Scene): Promise<asyncio.DatagramEndpoint> {
  const made = await asyncio.openDatagramEndpoint({ localAddr: ["127.0.0.1", 0] })
  scene.end(() => made.close())
  return made
}

async function child(scene: Scene): Promise<asyncio.subprocess.Process> {
  const made = await asyncio.createSubprocessExec("sleep", ["60"], { stdout: asyncio.subprocess.PIPE })
  scene.end(async () => {
    if (made.returncode === null) made.kill()
    await made.wait()
  })
  return made
}

function aFile(of: string, words: RegExp, wait: (path: string) => PromiseLike<unknown>): Form {
  return {
    of,
    words,
    make(scene) {
      const path = folder(scene)
      return () => wait(path)
    },
  }
}

export const HOST_FORMS: readonly Form[] = [
  {
    of: "openConnection",
    words: /^socket 127\.0\.0\.1:\d+, connecting, \d+ ms$/,
    async make(scene) {
      const port = await silent(scene)
      return async () => (await asyncio.openConnection("127.0.0.1", port))[1].transport.abort()
    },
  },
  {
    of: "openUnixConnection EventLoop.createUnixConnection",
    words: /^socket .*it\.sock'?, connecting, \d+ ms$/,
    async make(scene) {
      const path = join(folder(scene), "it.sock")
      await silent(scene, path)
      return async () => (await asyncio.openUnixConnection(path))[1].transport.abort()
    },
  },
  {
    of: "EventLoop.createConnection",
    words: /^socket 127\.0\.0\.1:\d+, connecting, \d+ ms$/,
    async make(scene) {
      const port = await silent(scene)
      return async () => (await loop().createConnection(() => new asyncio.Protocol(), "127.0.0.1", port))[0].abort()
    },
  },
  {
    of: "startServer EventLoop.createServer",
    words: /^server .*127\.0\.0\.1.*, beginning to listen, \d+ ms$/,
    make: () => async () => (await asyncio.startServer(() => undefined, "127.0.0.1", 0)).close(),
  },
  {
    of: "startUnixServer EventLoop.createUnixServer",
    words: /^server .*it\.sock.*, beginning to listen, \d+ ms$/,
    make(scene) {
      const path = join(folder(scene), "it.sock")
      return async () => (await asyncio.startUnixServer(() => undefined, path)).close()
    },
  },
  {
    of: "Server.startServing",
    words: /^server .*, beginning to listen, \d+ ms$/,
    async make(scene) {
      const made = await server(scene)
      return () => made.startServing()
    },
  },
  {
    of: "Server.serveForever",
    words: /^server 127\.0\.0\.1:\d+, serving$/,
    async make(scene) {
      const made = await server(scene)
      return () => made.serveForever()
    },
  },
  {
    of: "EventLoop.startTls StreamWriter.startTls",
    words: /^socket .*, TLS handshake, \d+ ms$/,
    async make(scene) {
      const [, writer] = await streams(scene)
      return () => writer.startTls({ rejectUnauthorized: false })
    },
  },
  {
    of: "EventLoop.connectAcceptedSocket",
    words: /^socket .*, TLS handshake, \d+ ms$/,
    async make(scene) {
      const { certificates } = await import("../../support/certificates.ts")
      const port = await silent(scene)
      const accepted = connect(port, "127.0.0.1")
      scene.end(() => accepted.destroy())
      await new Promise((resolve) => accepted.once("connect", resolve))
      const { cert, key } = certificates().server
      return () => loop().connectAcceptedSocket(() => new asyncio.Protocol(), accepted, { ssl: { cert, key } })
    },
  },
  {
    of: "StreamReader.read",
    words: /^socket 127\.0\.0\.1:\d+, reading, \d+ ms$/,
    async make(scene) {
      const [reader] = await streams(scene)
      return () => reader.read(10)
    },
  },
  {
    of: "StreamWriter.drain",
    words: /^socket 127\.0\.0\.1:\d+, writing, \d+ bytes not sent, \d+ ms$/,
    async make(scene) {
      const [, writer] = await streams(scene)
      return async () => {
        for (;;) {
          writer.write(Buffer.alloc(1_000_000))
          await writer.drain()
        }
      }
    },
  },
  {
    of: "EventLoop.createDatagramEndpoint openDatagramEndpoint",
    words: /^createDatagramEndpoint .*, \d+ ms$/,
    make: () => async () => (await asyncio.openDatagramEndpoint({ localAddr: ["127.0.0.1", 0] })).close(),
  },
  {
    of: "DatagramEndpoint.receive DatagramEndpoint[Symbol.asyncIterator]",
    words: /^socket 127\.0\.0\.1:\d+, receiving, \d+ ms$/,
    async make(scene) {
      const made = await endpoint(scene)
      return () => made.receive()
    },
  },
  {
    of: "DatagramEndpoint.send",
    words: /^socket 127\.0\.0\.1:\d+, sending, \d+ bytes not sent, \d+ ms$/,
    async make(scene) {
      const made = await endpoint(scene)
      made.transport.setWriteBufferLimits({ high: 1 })
      return async () => {
        for (let i = 0; i < 100; i += 1) await made.send(Buffer.alloc(1000), made.localAddress)
      }
    },
  },
  {
    of: "DatagramEndpoint.waitClosed DatagramEndpoint[Symbol.asyncDispose]",
    words: /^socket 127\.0\.0\.1:\d+, open, nobody has closed it, \d+ ms$/,
    async make(scene) {
      const made = await endpoint(scene)
      return () => made.waitClosed()
    },
  },
  {
    of: "EventLoop.getaddrinfo",
    words: /^(name look-up of localhost|names of services, reading \/etc\/services), \d+ ms$/,
    make: () => () => loop().getaddrinfo("localhost", 80),
  },
  {
    of: "EventLoop.getnameinfo",
    words: /^(name look-up of 127\.0\.0\.1|names of services, reading \/etc\/services), \d+ ms$/,
    make: () => () => loop().getnameinfo(["127.0.0.1", 80]),
  },
  {
    of: "EventLoop.sendfile",
    words: /^a file to be sent, reading, \d+ ms$/,
    async make(scene) {
      const file = await files.open(join(folder(scene), "tea.txt"))
      scene.end(() => file.close())
      const [, writer] = await streams(scene)
      return () => loop().sendfile(writer.transport as asyncio.Transport, file)
    },
  },
  {
    of: "createSubprocessExec createSubprocessShell EventLoop.subprocessExec EventLoop.subprocessShell",
    words: /^process .*true.*, starting, \d+ ms$/,
    make: () => async () => (await asyncio.createSubprocessExec("true")).wait(),
  },
  {
    of: "subprocess.Process.wait",
    words: /^process \d+, \d+ ms$/,
    async make(scene) {
      const made = await child(scene)
      return () => made.wait()
    },
  },
  {
    of: "subprocess.Process.communicate",
    words: /^gather of 3, \d still open: task 'communicate: output'/,
    async make(scene) {
      const made = await child(scene)
      return () => made.communicate()
    },
  },
  {
    of: "subprocess.Process[Symbol.asyncDispose]",
    words: /^process \d+, which was told to end$/,
    async make(scene) {
      const made = await child(scene)
      return () => made[Symbol.asyncDispose]()
    },
  },
  aFile("files.read", /^file .*tea\.txt, \S+, \d+ ms$/, (path) => files.read(join(path, "tea.txt"))),
  aFile("files.readText", /^file .*tea\.txt, \S+, \d+ ms$/, (path) => files.readText(join(path, "tea.txt"))),
  aFile("files.append", /^file .*tea\.txt, \S+, \d+ ms$/, (path) => files.append(join(path, "tea.txt"), "x")),
  aFile("files.write", /^file .*tea\.txt, \S+, \d+ ms$/, (path) => files.write(join(path, "tea.txt"), "x")),
  aFile("files.copy", /^file .*tea\.txt, \S+, \d+ ms$/, (path) => files.copy(join(path, "tea.txt"), join(path, "copy"))),
  aFile("files.exists", /^file .*tea\.txt, \S+, \d+ ms$/, (path) => files.exists(join(path, "tea.txt"))),
  aFile("files.list", /^file .*, \S+, \d+ ms$/, (path) => files.list(path)),
  aFile("files.makeDirectories", /^file .*, \S+, \d+ ms$/, (path) => files.makeDirectories(join(path, "a/b"))),
  aFile("files.remove", /^file .*tea\.txt, \S+, \d+ ms$/, (path) => files.remove(join(path, "tea.txt"))),
  aFile("files.rename", /^file .*tea\.txt, \S+, \d+ ms$/, (path) => files.rename(join(path, "tea.txt"), join(path, "other"))),
  aFile("files.stat", /^file .*tea\.txt, \S+, \d+ ms$/, (path) => files.stat(join(path, "tea.txt"))),
  aFile("files.open", /^file .*tea\.txt, \S+, \d+ ms$/, async (path) => (await files.open(join(path, "tea.txt"))).close()),
  aFile("files.lines", /^file .*tea\.txt, \S+, \d+ ms$/, (path) => files.lines(join(path, "tea.txt")).next()),
  aFile("files.removeTree", /^file .*, \S+, \d+ ms$/, (path) => files.removeTree(path)),
  aFile("files.walk", /^file .*, \S+, \d+ ms$/, (path) => files.walk(path).next()),
  {
    of: "files.temporaryDirectory",
    words: /^file .*, \S+, \d+ ms$/,
    make: () => () => files.temporaryDirectory().run(async () => undefined),
  },
  {
    of: "files.watch",
    words: /^files\.watch .*, \d+ ms$|^file /,
    make(scene) {
      const path = folder(scene)
      return async () => {
        for await (const _event of files.watch(path)) return
      }
    },
  },
  {
    of: "toThread",
    words: /^worker job #\d+ '.*', (running in pool '.*'|queued in pool '.*', no worker is free), \d+ ms$/,
    make: () => () => asyncio.toThread(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)),
  },
  {
    of: "EventLoop.shutdownDefaultExecutor",
    words: /^shutdown of pool '.*', \d+ ms/,
    async make() {
      await asyncio.toThread(() => 1)
      return () => loop().shutdownDefaultExecutor()
    },
  },
]
