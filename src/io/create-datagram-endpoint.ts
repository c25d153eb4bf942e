/**
 * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.create_datagram_endpoint
 */
import { createSocket, Socket, type RemoteInfo } from "node:dgram"
import { checkFunction, describe } from "../structures/arguments.ts"
import { OSError, osError } from "../errors/os-errors.ts"
import { ExceptionGroup } from "../errors/exception-group.ts"
import { atRoot } from "../host/node.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import { CallbackContext } from "../core/callback-context.ts"
import type { Coroutine } from "../core/coroutine.ts"
import type { EventLoop } from "../core/event-loop.ts"
import { hostOperation } from "../core/host-operation.ts"
import type { BaseProtocol } from "./base-transport.ts"
import { UdpTransport, type OpenSocket } from "./datagram-transport.ts"
import { getaddrinfo, type AddressEntry } from "./getaddrinfo.ts"
import { showName } from "./socket-name.ts"
import type { DatagramTransport } from "./transport.ts"

type Address = readonly [host: string, port: number]

/** How an endpoint for datagrams is made: with `localAddr`, `remoteAddr`, both, `family` alone, or `sock`. */
export interface DatagramOptions {
  /** Where to receive; the port 0 for one that is free. */
  readonly localAddr?: Address | undefined
  /** Where to send to, and from where alone to receive. */
  readonly remoteAddr?: Address | undefined
  /** 4 or 6. */
  readonly family?: 0 | 4 | 6 | undefined
  /** Whether several sockets may have the same address, of which one receives; for multicast, all do. */
  readonly reuseAddr?: boolean | undefined
  /** Whether several sockets may share the address, each with a part of the datagrams. */
  readonly reusePort?: boolean | undefined
  /** Whether a datagram may go to all of a network. */
  readonly allowBroadcast?: boolean | undefined
  /** A socket of `node:dgram` that is bound, instead of all the others. */
  readonly sock?: Socket | undefined
}

interface Pair {
  readonly family: 4 | 6
  readonly local: Address | undefined
  readonly remote: Address | undefined
}

/**
 * Makes an endpoint for datagrams, and gives its transport and its protocol once
 * `connectionMade` was called.
 *
 * @throws OSError with host and port if the address cannot be had; AddressLookupError if a
 * host is not known; TypeError or RangeError at the call for options that cannot be.
 * @throws CancelledError if the task is cancelled; nothing stays open.
 */
export function createDatagramEndpoint<P extends BaseProtocol>(
  loop: EventLoop,
  protocolFactory: () => P,
  options: DatagramOptions = {},
): Coroutine<[DatagramTransport, P]> {
  checkFunction(protocolFactory, "the protocol factory of createDatagramEndpoint")
  checkDatagramOptions(options, "createDatagramEndpoint")
  const { remoteAddr, sock } = options
  return new BodyCoroutine("createDatagramEndpoint", async (): Promise<[DatagramTransport, P]> => {
    const calls = new CallbackContext(loop)
    const open = sock === undefined ? await openAny(await pairs(options), options) : adopt(sock)
    let protocol: P
    try {
      protocol = protocolFactory()
    } catch (error) {
      open.socket.close()
      throw error
    }
    const transport = new UdpTransport(loop, open, protocol, calls, remoteAddr)
    transport.begin(open)
    return [transport, protocol]
  })
}

/** @throws TypeError or RangeError for options that cannot be. */
export function checkDatagramOptions(options: DatagramOptions, who: string): void {
  if (typeof options !== "object" || options === null) throw new TypeError(`${who} takes options such as { localAddr: ["127.0.0.1", 0] }, not ${describe(options)}`)
  const { localAddr, remoteAddr, family = 0, sock } = options
  if (![0, 4, 6].includes(family)) throw new RangeError(`family is 4, 6 or 0 for both, not ${String(family)}`)
  if (sock !== undefined) checkSock(options, who)
  else if (localAddr === undefined && remoteAddr === undefined && family === 0) {
    throw new TypeError(`${who} needs a localAddr, a remoteAddr, a family or a socket in { sock }`)
  }
  checkAddress(localAddr, "localAddr")
  checkAddress(remoteAddr, "remoteAddr")
}

function checkSock({ sock, ...others }: DatagramOptions, who: string): void {
  if (!(sock instanceof Socket)) throw new TypeError(`sock is a Socket of node:dgram, not ${describe(sock)}`)
  const given = Object.entries(others).filter(([, value]) => value !== undefined && value !== false && value !== 0)
  if (given.length > 0) throw new TypeError(`${who} takes either { sock } or ${given.map(([name]) => name).join(", ")}, not both`)
  try {
    sock.address()
  } catch {
    throw new TypeError("the socket in { sock } is not bound; await its 'listening' first")
  }
}

function checkAddress(address: unknown, name: string): void {
  if (address === undefined) return
  if (typeof address === "string") throw new TypeError(`${name} is [host, port]; Node has no datagrams over Unix sockets such as ${describe(address)}`)
  if (!Array.isArray(address) || address.length !== 2) throw new TypeError(`${name} is [host, port], not ${describe(address)}`)
  if (name === "remoteAddr" && Number(address[1]) === 0) throw new RangeError(`the port of remoteAddr is a whole number from 1 to 65535, not ${describe(address[1])}`)
}

/** The addresses to try, one after the other: those that are there for both ends. */
async function pairs({ localAddr, remoteAddr, family = 0 }: DatagramOptions): Promise<Pair[]> {
  if (localAddr === undefined && remoteAddr === undefined) return [{ family: family === 6 ? 6 : 4, local: undefined, remote: undefined }]
  const find = (address: Address | undefined, passive: boolean): Coroutine<AddressEntry[]> | [] =>
    address === undefined ? [] : getaddrinfo(address[0], address[1], { family, type: "dgram", ...(passive ? { flags: ["passive"] as const } : {}) })
  const locals = await find(localAddr, true)
  const remotes = await find(remoteAddr, false)
  if (localAddr === undefined) return remotes.map(({ family: each, address }) => ({ family: each, local: undefined, remote: address }))
  if (remoteAddr === undefined) return locals.map(({ family: each, address }) => ({ family: each, local: address, remote: undefined }))
  const found = locals.flatMap((local) =>
    remotes.filter((remote) => remote.family === local.family).map((remote) => ({ family: local.family, local: local.address, remote: remote.address })),
  )
  if (found.length > 0) return found
  throw new OSError(`cannot send from ${showName(localAddr)} to ${showName(remoteAddr)}: they have no addresses of one family`, { code: "EAFNOSUPPORT" })
}

async function openAny(all: readonly Pair[], options: DatagramOptions): Promise<OpenSocket> {
  const errors: unknown[] = []
  for (const pair of all) {
    try {
      return await open(pair, options)
    } catch (error) {
      if (!(error instanceof OSError)) throw error
      errors.push(error)
    }
  }
  if (errors.length === 1) throw errors[0]
  const [first] = errors as [OSError] // there is at least one address
  throw new OSError(errors.map((error) => (error as OSError).message).join("; "), { code: first.code, cause: new ExceptionGroup("all addresses failed", errors) })
}

/** One attempt: makes a socket, binds it, and connects it. */
function open({ family, local, remote }: Pair, options: DatagramOptions): Coroutine<OpenSocket> {
  const { reuseAddr = false, reusePort = false, allowBroadcast = false } = options
  const where = [local === undefined ? "" : ` at ${showName(local)}`, remote === undefined ? "" : ` to ${showName(remote)}`].join("")
  return hostOperation<OpenSocket>({
    name: "createDatagramEndpoint",
    detail: where.trim(),
    start(done) {
      const socket = atRoot(() => createSocket({ type: family === 6 ? "udp6" : "udp4", reuseAddr, reusePort }))
      const result = adopt(socket)
      const fail = (error: unknown): void => {
        close(socket)
        done.failed(osError(error, `cannot open an endpoint for datagrams${where}`))
      }
      socket.once("error", fail)
      const bound = (): void => {
        try {
          if (allowBroadcast) socket.setBroadcast(true)
          if (remote === undefined) done.returned(result)
          else atRoot(() => socket.connect(remote[1], remote[0], (error?: Error | null) => (error ? fail(error) : done.returned(result))))
        } catch (error) {
          fail(error)
        }
      }
      // Exclusive: in a cluster the sockets would otherwise be shared by the main process.
      atRoot(() => socket.bind({ port: local?.[1] ?? 0, exclusive: true, ...(local === undefined ? {} : { address: local[0] }) }, bound))
      return () => close(socket)
    },
    discard: ({ socket }) => close(socket),
  })
}

function adopt(socket: Socket): OpenSocket {
  const early: [Buffer, RemoteInfo][] = []
  const collect = (data: Buffer, from: RemoteInfo): void => {
    early.push([data, from])
  }
  socket.on("message", collect)
  return { socket, early, collect }
}

/** Closes a socket that nobody has. */
function close(socket: Socket): void {
  socket.on("error", () => {}) // nobody is left to hear of it
  try {
    socket.close()
  } catch {
    // It was closed before.
  }
}
