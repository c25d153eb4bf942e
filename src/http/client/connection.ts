import type { Socket } from "node:net"
import { Client } from "undici"
import { atRoot } from "../../host/node.ts"
import { Alarm } from "./alarm.ts"

/** What a connection lets go of requests with that were never sent on it. */
export class ConnectionGone extends Error {}

export interface ConnectionSettings {
  /** Seconds that it may be idle. */
  readonly keepaliveExpiry: number
  readonly maxHeaderSize: number
}

/** Requests that one connection of HTTP/2 carries at a time; the server may allow fewer, which undici sees to. */
const STREAMS = 100

/**
 * One connection, as a client of undici's.
 *
 * undici would connect again by itself; here, one that was lost is gone, and the pool makes
 * the next: only so its limits hold, and a cancelled request leaves no connection behind.
 */
export class Connection {
  readonly key: string
  readonly socket: Socket
  readonly client: Client
  readonly version: "HTTP/1.1" | "HTTP/2"
  /** How many requests it may carry at a time. */
  readonly capacity: number
  /** How many it carries. */
  running = 0
  readonly alarm = new Alarm()
  /** How many responses have ended on it. */
  served = 0

  constructor(key: string, origin: string, socket: Socket, { keepaliveExpiry, maxHeaderSize }: ConnectionSettings, closed: (connection: Connection) => void) {
    this.key = key
    this.socket = socket
    const { alpnProtocol } = socket as { alpnProtocol?: string | false | null } // of a TLS socket
    this.version = alpnProtocol === "h2" ? "HTTP/2" : "HTTP/1.1"
    this.capacity = this.version === "HTTP/2" ? STREAMS : 1
    let taken = false
    this.client = atRoot(
      () =>
        new Client(origin, {
          connect: (_options, callback) => {
            const first = !taken
            taken = true
            // undici goes on with its requests only when this comes later.
            queueMicrotask(() => {
              if (first) callback(null, socket)
              else callback(new ConnectionGone("the connection was closed"), null)
            })
          },
          // The limits of a request are watched where they end on time: undici's are half a second coarse.
          headersTimeout: 0,
          bodyTimeout: 0,
          keepAliveTimeout: Math.max(1, Math.min(keepaliveExpiry * 1000, 2 ** 31 - 1)),
          keepAliveMaxTimeout: Math.max(1, Math.min(keepaliveExpiry * 1000, 2 ** 31 - 1)),
          maxHeaderSize,
          maxConcurrentStreams: STREAMS,
        }),
    )
    socket.once("close", () => {
      this.alarm.stop()
      closed(this)
    })
    // undici listens from the first request on; until then an error would be nobody's.
    socket.on("error", ignore)
  }

  get usable(): boolean {
    return !this.socket.destroyed && this.socket.readable && !this.client.destroyed
  }

  /** Ends it at once, and whatever it carries. */
  close(): void {
    this.client.destroy(ignore)
    this.socket.destroy()
  }
}

function ignore(): void {}
