import { isIPv6, type Socket } from "node:net"

/** Where a socket is: host and port, or the path of a Unix socket. */
export type SocketName = readonly [host: string, port: number] | string

/** Shows a socket's name: `127.0.0.1:80`, `[::1]:80`, `/run/it.sock`. */
export function showName(name: SocketName): string {
  // A name of Linux that is no file begins with a zero byte, which tools show as @.
  if (typeof name === "string") return name === "" ? "an unnamed socket" : name.replace(/^\0/, "@")
  const [host, port] = name
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`
}

/** What Node says of an address, as a name. */
export function nameOf(address: object | string | null | undefined): SocketName | undefined {
  if (address === null || address === undefined) return undefined
  if (typeof address === "string") return address
  const { address: host, port } = address as { address?: string; port?: number } // Node's AddressInfo, empty once closed
  return host === undefined || port === undefined ? undefined : [host, port]
}

/**
 * The socket under a transport: to be looked at, not to be used past it.
 *
 * @see https://docs.python.org/3/library/asyncio-protocol.html#asyncio.BaseTransport.get_extra_info
 */
export class TransportSocket {
  readonly #local: () => SocketName | undefined
  readonly #remote: () => SocketName | undefined

  constructor(local: () => SocketName | undefined, remote: () => SocketName | undefined = () => undefined) {
    this.#local = local
    this.#remote = remote
  }

  /** The address on this side; undefined once it is closed. */
  getsockname(): SocketName | undefined {
    return this.#local()
  }

  /** The address of the other side; undefined without one. */
  getpeername(): SocketName | undefined {
    return this.#remote()
  }

  toString(): string {
    const [local, remote] = [this.getsockname(), this.getpeername()]
    const names = [local === undefined ? "closed" : showName(local), ...(remote === undefined ? [] : [`peer ${showName(remote)}`])]
    return `<TransportSocket ${names.join(" ")}>`
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString()
  }
}

/** The names of a connected socket's two ends. */
export function endsOf(socket: Socket): { local: SocketName | undefined; remote: SocketName | undefined } {
  const { localAddress, localPort, remoteAddress, remotePort } = socket
  return {
    local: localAddress === undefined || localPort === undefined ? undefined : [localAddress, localPort],
    remote: remoteAddress === undefined || remotePort === undefined ? undefined : [remoteAddress, remotePort],
  }
}
