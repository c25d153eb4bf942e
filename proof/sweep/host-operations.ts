/** Operations that the host, a process or a thread finishes, each on real ones; `test/sweep/` has those that the loop finishes alone. */
import { createServer, type Server as NetServer, type Socket } from "node:net"
import * as asyncio from "asyncio-ts"
import { ProcessPoolExecutor, ThreadPoolExecutor } from "asyncio-ts/executors"
import { certificates } from "../../test/support/certificates.ts"

/** What the operation needs. */
export interface Scene {
  /** The operation itself; what it opens it closes. */
  wait(): PromiseLike<unknown>
  close?(): unknown
  /** What has to hold when it is over and nothing is closed yet; `cancelled`: it did not come to its end. */
  rest?(cancelled: boolean): unknown
}

export type HostOperation = (folder: string) => Scene | Promise<Scene>

const { files } = asyncio
const HOST = "127.0.0.1"
const TEXT = "tea\nmilk\n".repeat(500)
const QUICK = ["-e", ""]
const ECHO = ["-e", "process.stdin.pipe(process.stdout)"]

const portOf = (server: asyncio.Server): number => Number(server.sockets[0]?.getsockname()?.[1])
const loop = (): asyncio.EventLoop => asyncio.getRunningLoop()

async function echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter): Promise<void> {
  for await (const line of reader) writer.write(line)
  writer.close()
}

async function closed(server: asyncio.Server): Promise<void> {
  server.close()
  server.abortClients()
  await server.waitClosed()
}

/** With a server of streams; `unix`: at a path in the folder. */
function served(wait: (where: { port: number; path: string }) => Promise<unknown>, unix = false, ssl?: object): HostOperation {
  return async (folder) => {
    const path = `${folder}/served`
    const server = unix ? await asyncio.startUnixServer(echo, path) : await asyncio.startServer(echo, HOST, 0, ssl === undefined ? {} : { ssl })
    return { wait: () => wait({ port: unix ? 0 : portOf(server), path }), close: () => closed(server) }
  }
}

async function hungUp([, writer]: readonly [unknown, asyncio.StreamWriter]): Promise<void> {
  writer.close()
  await writer.waitClosed()
}

class Told extends asyncio.Protocol {
  // No future: who waits for it is cancelled, and it with them, before the connection is lost.
  readonly lost = new asyncio.Event()

  override connectionLost(): void {
    this.lost.set()
  }
}

async function dropped([transport, protocol]: readonly [asyncio.BaseTransport, Told]): Promise<void> {
  transport.close()
  await protocol.lost.wait()
}

/** Two endpoints that know each other. */
function datagrams(wait: (one: asyncio.DatagramEndpoint, other: asyncio.DatagramEndpoint) => Promise<unknown>): HostOperation {
  return async () => {
    const one = await asyncio.openDatagramEndpoint({ localAddr: [HOST, 0] })
    const other = await asyncio.openDatagramEndpoint({ remoteAddr: one.localAddress as readonly [string, number] }) // it is bound
    return {
      wait: () => wait(one, other),
      close: async () => {
        for (const endpoint of [one, other]) {
          endpoint.close()
          await endpoint.waitClosed()
        }
      },
    }
  }
}

async function firstDatagram(endpoint: asyncio.DatagramEndpoint): Promise<unknown> {
  for await (const datagram of endpoint) return datagram
  return undefined
}

/** In a folder with a file and, in another folder, three more. */
function inFolder(wait: (folder: string) => PromiseLike<unknown>): HostOperation {
  return async (folder) => {
    await files.write(`${folder}/file`, TEXT)
    await files.makeDirectories(`${folder}/more/deep`)
    for (const name of ["a", "deep/b", "deep/c"]) await files.write(`${folder}/more/${name}`, TEXT)
    return { wait: () => wait(folder) }
  }
}

async function through<T>(all: AsyncIterable<T>): Promise<void> {
  for await (const _ of all) void _
}

async function started(child: Promise<asyncio.subprocess.Process> | PromiseLike<asyncio.subprocess.Process>): Promise<void> {
  await (await child).wait()
}

/** A process that runs until it is told to end. */
function child(wait: (process: asyncio.subprocess.Process) => PromiseLike<unknown>): HostOperation {
  return async () => {
    const own = await asyncio.createSubprocessExec(process.execPath, ECHO, { stdin: asyncio.subprocess.PIPE, stdout: asyncio.subprocess.PIPE })
    return {
      wait: () => wait(own),
      close: async () => {
        if (own.returncode === null) own.kill()
        await own.wait()
      },
    }
  }
}

class Exit extends asyncio.SubprocessProtocol {
  readonly exited = new asyncio.Event()

  override connectionLost(): void {
    this.exited.set()
  }
}

async function exited([transport, protocol]: readonly [asyncio.SubprocessTransport, Exit]): Promise<void> {
  await protocol.exited.wait()
  transport.close()
}

/** A socket of the host's that is connected to one of its servers. */
async function accepted(): Promise<{ sock: Socket; end: () => Promise<void> }> {
  const far = new Set<Socket>()
  const { promise, resolve } = Promise.withResolvers<Socket>()
  const server: NetServer = createServer((socket) => {
    far.add(socket)
    resolve(socket)
  })
  await asyncio.wrapFuture(new Promise<void>((listening) => server.listen(0, HOST, listening)))
  const { connect } = await asyncio.wrapFuture(import("node:net"))
  const address = server.address()
  const near = connect(typeof address === "object" && address !== null ? address.port : 0, HOST)
  const sock = await asyncio.wrapFuture(promise)
  return {
    sock,
    end: async () => {
      near.destroy()
      for (const socket of far) socket.destroy()
      await asyncio.wrapFuture(new Promise((gone) => server.close(gone)))
    },
  }
}

function tls(wait: (writer: asyncio.StreamWriter, options: object) => PromiseLike<unknown>): HostOperation {
  return async () => {
    const { ca, server: own } = certificates()
    const server = await asyncio.startServer(async (_reader, writer) => {
      // Whoever is cancelled hangs up in the midst of it.
      await writer.startTls({ cert: own.cert, key: own.key }).catch(() => undefined)
      writer.close()
    }, HOST, 0)
    return {
      wait: async () => {
        const stream = await asyncio.openConnection(HOST, portOf(server))
        try {
          await wait(stream[1], { ca: ca.cert })
        } finally {
          stream[1].close()
        }
      },
      close: () => closed(server),
    }
  }
}

function pool(Kind: typeof ThreadPoolExecutor | typeof ProcessPoolExecutor, wait: (pool: ThreadPoolExecutor | ProcessPoolExecutor) => PromiseLike<unknown>): HostOperation {
  return async () => {
    const workers = new Kind({ maxWorkers: 1 })
    return { wait: () => wait(workers), close: () => workers.shutdown() }
  }
}

const twice = (number: number): number => 2 * number

export const HOST_OPERATIONS: Readonly<Record<string, HostOperation>> = {
  openConnection: served(async ({ port }) => hungUp(await asyncio.openConnection(HOST, port))),
  openUnixConnection: served(async ({ path }) => hungUp(await asyncio.openUnixConnection(path)), true),
  startServer: () => ({ wait: async () => closed(await asyncio.startServer(echo, HOST, 0)) }),
  startUnixServer: (folder) => ({ wait: async () => closed(await asyncio.startUnixServer(echo, `${folder}/path`)) }),
  "EventLoop.createConnection": served(async ({ port }) => dropped(await loop().createConnection(() => new Told(), HOST, port))),
  "EventLoop.createUnixConnection": served(async ({ path }) => dropped(await loop().createUnixConnection(() => new Told(), path)), true),
  "EventLoop.createServer": () => ({ wait: async () => closed(await loop().createServer(() => new Told(), HOST, 0)) }),
  "EventLoop.createUnixServer": (folder) => ({ wait: async () => closed(await loop().createUnixServer(() => new Told(), `${folder}/path`)) }),
  "Server.startServing": async () => {
    const server = await asyncio.startServer(echo, HOST, 0, { startServing: false })
    return { wait: () => server.startServing(), close: () => closed(server) }
  },
  "Server.serveForever": async () => {
    const server = await asyncio.startServer(echo, HOST, 0)
    return { wait: () => asyncio.moveOnAfter(0.01).run(() => server.serveForever()), close: () => closed(server) }
  },
  "StreamWriter.startTls": tls((writer, options) => writer.startTls(options, { serverHostname: "localhost" })),
  "EventLoop.startTls": async (folder) => {
    const scene = await served(async () => undefined)(folder)
    const { ca, server: own } = certificates()
    const server = await asyncio.startServer(async (_reader, writer) => {
      await writer.startTls({ cert: own.cert, key: own.key }).catch(() => undefined)
      writer.close()
    }, HOST, 0)
    return {
      wait: async () => {
        const [transport, protocol] = await loop().createConnection(() => new Told(), HOST, portOf(server))
        try {
          await loop().startTls(transport, protocol, { ca: ca.cert }, { serverHostname: "localhost" })
        } finally {
          transport.close()
        }
      },
      close: async () => {
        await scene.close?.()
        await closed(server)
      },
    }
  },
  "EventLoop.connectAcceptedSocket": async () => {
    const { sock, end } = await accepted()
    return { wait: async () => dropped(await loop().connectAcceptedSocket(() => new Told(), sock)), close: end }
  },
  "EventLoop.createDatagramEndpoint": () => ({
    wait: async () => {
      const lost = new asyncio.Event()
      class Lost extends asyncio.DatagramProtocol {
        override connectionLost(): void {
          lost.set()
        }
      }
      const [transport] = await loop().createDatagramEndpoint(() => new Lost(), { localAddr: [HOST, 0] })
      transport.close()
      await lost.wait()
    },
  }),
  openDatagramEndpoint: () => ({
    wait: async () => {
      const endpoint = await asyncio.openDatagramEndpoint({ localAddr: [HOST, 0] })
      endpoint.close()
      await endpoint.waitClosed()
    },
  }),
  "DatagramEndpoint.receive": datagrams(async (one, other) => {
    await other.send("tea")
    await one.receive()
  }),
  "DatagramEndpoint.send": datagrams((_one, other) => other.send("tea")),
  "DatagramEndpoint.waitClosed": datagrams((one) => {
    one.close()
    return one.waitClosed()
  }),
  "DatagramEndpoint[Symbol.asyncIterator]": datagrams(async (one, other) => {
    await other.send("tea")
    await firstDatagram(one)
  }),
  "EventLoop.getaddrinfo": () => ({ wait: () => loop().getaddrinfo("localhost", 80) }),
  "EventLoop.getnameinfo": () => ({ wait: () => loop().getnameinfo([HOST, 80]) }),
  "EventLoop.sendfile": async (folder) => {
    const scene = await served(async ({ port }) => {
      const [transport] = await loop().createConnection(() => new Told(), HOST, port)
      try {
        const file = await files.open(`${folder}/file`)
        try {
          await loop().sendfile(transport, file)
        } finally {
          await file.close()
        }
      } finally {
        transport.abort()
      }
    })(folder)
    await files.write(`${folder}/file`, TEXT)
    return scene
  },
  createSubprocessExec: () => ({ wait: () => started(asyncio.createSubprocessExec(process.execPath, QUICK)) }),
  createSubprocessShell: () => ({ wait: () => started(asyncio.createSubprocessShell("exit 0")) }),
  "EventLoop.subprocessExec": () => ({ wait: async () => exited(await loop().subprocessExec(() => new Exit(), process.execPath, ...QUICK, { stdin: null, stdout: null, stderr: null })) }),
  "EventLoop.subprocessShell": () => ({ wait: async () => exited(await loop().subprocessShell(() => new Exit(), "exit 0", { stdin: null, stdout: null, stderr: null })) }),
  "subprocess.Process.communicate": child((process) => process.communicate()),
  "subprocess.Process.wait": child((process) => {
    process.kill()
    return process.wait()
  }),
  "subprocess.Process[Symbol.asyncDispose]": child((process) => process[Symbol.asyncDispose]()),
  "files.read": inFolder((folder) => files.read(`${folder}/file`)),
  "files.readText": inFolder((folder) => files.readText(`${folder}/file`)),
  "files.append": inFolder((folder) => files.append(`${folder}/file`, TEXT)),
  "files.write": inFolder((folder) => files.write(`${folder}/new`, TEXT, { atomic: true })),
  "files.copy": inFolder((folder) => files.copy(`${folder}/file`, `${folder}/copy`)),
  "files.exists": inFolder((folder) => files.exists(`${folder}/file`)),
  "files.list": inFolder((folder) => files.list(folder)),
  "files.makeDirectories": inFolder((folder) => files.makeDirectories(`${folder}/x/y/z`)),
  "files.remove": inFolder((folder) => files.remove(`${folder}/file`, { missingOk: true })),
  "files.rename": inFolder((folder) => files.rename(`${folder}/file`, `${folder}/renamed`)),
  "files.stat": inFolder((folder) => files.stat(`${folder}/file`)),
  "files.open": inFolder(async (folder) => (await files.open(`${folder}/file`)).close()),
  "files.lines": inFolder((folder) => through(files.lines(`${folder}/file`))),
  "files.removeTree": inFolder((folder) => files.removeTree(`${folder}/more`, { missingOk: true })),
  "files.temporaryDirectory": (folder) => ({ wait: () => files.temporaryDirectory({ parent: folder }).run((own) => files.write(`${own}/file`, TEXT)) }),
  "files.walk": inFolder((folder) => through(files.walk(folder))),
  "files.watch": inFolder((folder) =>
    asyncio.moveOnAfter(0.005).run(async () => {
      for await (const _ of files.watch(folder)) await files.append(`${folder}/file`, "more")
    }),
  ),
  toThread: () => ({ wait: () => asyncio.toThread(twice, 2) }),
  "EventLoop.runInExecutor": () => ({ wait: () => loop().runInExecutor(null, twice, 2) }),
  "ThreadPoolExecutor.submit": pool(ThreadPoolExecutor, (workers) => workers.submit(twice, 2)),
  "ThreadPoolExecutor.map": pool(ThreadPoolExecutor, (workers) => through(workers.map(twice, [1, 2, 3]))),
  "ThreadPoolExecutor.shutdown": pool(ThreadPoolExecutor, (workers) => {
    void workers.submit(twice, 2)
    return workers.shutdown()
  }),
  "ProcessPoolExecutor.submit": pool(ProcessPoolExecutor, (workers) => workers.submit(twice, 2)),
}

/** Of the operations that `test/sweep/` leaves to tests of their own, those that have no row here, and why. */
export const NOT_SWEPT: Readonly<Record<string, string>> = {
  input: "it reads the process's own standard input",
  "EventLoop.shutdownDefaultExecutor": "it ends a loop's executor for good",
}
