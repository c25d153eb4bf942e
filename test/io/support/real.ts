/** Tests of real connections: what the loop reports and nobody expected fails them, and so does what they leave open. */
import assert from "node:assert/strict"
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs"
import { createServer as createNetServer, connect, type AddressInfo, type Server as NetServer, type Socket } from "node:net"
import { once } from "node:events"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test, type TestContext } from "node:test"
import { setImmediate } from "node:timers/promises"
import * as asyncio from "asyncio-ts"
import { Told } from "../../support/virtual.ts"
import { until } from "./children.ts"

/** What keeps a process alive, without the pipes that the test runner itself has; and, where the system lists them, the sockets. */
export function hostResources(): string[] {
  return [...process.getActiveResourcesInfo().filter((kind) => /TCP|PipeServer|TLS|GetAddrInfo|UDP/.test(kind)), ...sockets()].sort()
}

function sockets(): string[] {
  if (process.platform !== "linux") return []
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`)
      return target.startsWith("socket:") ? [target] : []
    } catch {
      return [] // the one that the list was read with
    }
  })
}

function left(before: readonly string[]): string[] {
  const had = [...before]
  return hostResources().filter((one) => {
    const at = had.indexOf(one)
    if (at !== -1) had.splice(at, 1)
    return at === -1
  })
}

export interface RealOptions {
  readonly debug?: boolean
  readonly skip?: false | string
}

/** Declares a test whose body is the main task of a loop in real time. */
export function real(name: string, body: (told: Told, t: TestContext) => unknown, options: RealOptions = {}): void {
  test(name, { timeout: 60_000, skip: options.skip ?? false }, (t) => inRealTime((told) => body(told, t), options))
}

export async function inRealTime(body: (told: Told) => unknown, { debug = false }: RealOptions = {}): Promise<void> {
  const told = new Told()
  const onWarning = (warning: Error & { readonly code?: string }): void => {
    // That a step took long in debug mode is the machine's doing, where it stood still.
    if (warning.name === "AsyncioWarning" && warning.code !== "ASYNCIO_SLOW_CALLBACK") told.warnings.push(warning.message)
  }
  const before = hostResources()
  process.on("warning", onWarning)
  try {
    const afterwards: unknown = await asyncio.run(async () => {
      asyncio.getRunningLoop().setExceptionHandler((_loop, context) => told.reports.push(context))
      return await body(told)
    }, { debug })
    // Warnings are emitted a tick later.
    await setImmediate()
    if (typeof afterwards === "function") (afterwards as () => void)()
  } finally {
    process.off("warning", onWarning)
  }
  told.assertNothing()
  await until(() => left(before).length === 0, `nothing left open, but ${left(before).join()}`)
}

/** Runs `body` in a callback of the host's, where a loop of one's own may run. */
export function inCallback(body: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    globalThis.setImmediate(() => void body().then(resolve, reject))
  })
}

/** The port of a server's first socket. */
export function portOf(server: asyncio.Server): number {
  const name = server.sockets[0]?.getsockname()
  assert.ok(Array.isArray(name), "the server listens on a port")
  return name[1] as number
}

/** The address of a server of Node's that listens. */
export async function listening(server: NetServer, host = "127.0.0.1"): Promise<number> {
  server.listen(0, host)
  await once(server, "listening")
  return (server.address() as AddressInfo).port
}

/** A peer of Node's own: it accepts, and gives each socket to `accepted`. */
export async function peer(accepted: (socket: Socket) => void, body: (port: number) => Promise<void>): Promise<void> {
  const sockets = new Set<Socket>()
  const server = createNetServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on("error", () => undefined)
    accepted(socket)
  })
  const port = await listening(server)
  try {
    await body(port)
  } finally {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
}

/** A socket of Node's own that is connected to `port`. */
export async function connected(port: number, host = "127.0.0.1"): Promise<Socket> {
  const socket = connect({ port, host, allowHalfOpen: true })
  socket.on("error", () => undefined)
  await once(socket, "connect")
  return socket
}

/** Once the other side has sent its last; without data, a socket says so as soon as it has heard of it. */
export async function ended(socket: Socket): Promise<void> {
  if (socket.readableEnded || socket.destroyed) return
  await once(socket.resume(), "end")
}

/** A port of 127.0.0.1 that nobody listens on. */
export async function closedPort(): Promise<number> {
  const server = createNetServer()
  const port = await listening(server)
  server.close()
  await once(server, "close")
  return port
}

/** A server of ours that runs while `body` does. */
export async function serving(
  client: asyncio.ClientConnected,
  body: (port: number, server: asyncio.Server) => Promise<void>,
  options: asyncio.ServerOptions & asyncio.StreamLimit = {},
): Promise<void> {
  const server = await asyncio.startServer(client, "127.0.0.1", 0, options)
  try {
    await body(portOf(server), server)
  } finally {
    server.close()
    server.abortClients()
    await server.waitClosed()
  }
}

/** Both ends of one connection, as streams; the other one of a handler that does nothing. */
export async function streamPair(
  body: (near: asyncio.Stream, far: asyncio.Stream) => Promise<void>,
  options: asyncio.ServerOptions & asyncio.StreamLimit = {},
): Promise<void> {
  const accepted = new asyncio.Future<asyncio.Stream[]>()
  const over = new asyncio.Event()
  await serving(
    async (...stream) => {
      accepted.setResult([stream])
      await over.wait()
    },
    async (port) => {
      const near = await asyncio.openConnection("127.0.0.1", port, options.limit === undefined ? {} : { limit: options.limit })
      const [far] = (await accepted) as [asyncio.Stream]
      try {
        await body(near, far)
      } finally {
        over.set()
        near[1].transport.abort()
        far[1].transport.abort()
      }
    },
    options,
  )
}

/** A folder for Unix sockets, short enough for their paths; removed when the process ends. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "aio-"))
  process.once("exit", () => rmSync(path, { recursive: true, force: true }))
  return path
}
