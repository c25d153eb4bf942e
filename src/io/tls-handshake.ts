/**
 * Putting TLS over a connected socket.
 */
import { isIP, type Socket } from "node:net"
import { connect as connectTls, TLSSocket } from "node:tls"
import { ConnectionAbortedError, ConnectionResetError, osError, SSLError } from "../errors/os-errors.ts"
import { atRoot } from "../host/node.ts"
import { Step } from "../core/handle.ts"
import type { HostOperation } from "../core/host-operation.ts"
import { hostOperation } from "../core/host-operation.ts"
import type { EventLoop } from "../core/event-loop.ts"
import type { Resource } from "../core/scheduler.ts"
import type { Tls } from "./tls-options.ts"
import { unheard } from "./unheard.ts"

/** Which side of the handshake this is, and with whom. */
export interface Handshake {
  readonly loop: EventLoop
  readonly tls: Tls
  readonly serverSide: boolean
  /** Whose certificate is checked where nobody says otherwise. */
  readonly host: string | undefined
  /** The peer, for messages. */
  readonly what: string
}

/** Agrees on TLS over `socket`, which is destroyed if that fails. */
export function tlsHandshake(socket: Socket, { loop, tls, serverSide, host, what }: Handshake): HostOperation<TLSSocket> {
  return hostOperation<TLSSocket>({
    name: "TLS handshake",
    detail: what,
    says: () => `socket ${what}, TLS handshake`,
    start(done) {
      const secured = atRoot(() => (serverSide ? accept(socket, tls) : connect(socket, tls, host)))
      const attempt = `cannot agree on TLS with ${what}`
      const timer = loop.scheduleAt(
        loop.time() + tls.handshakeTimeout,
        new Step("TLS handshake timeout", () =>
          fail(new ConnectionAbortedError(`${attempt}: the handshake took longer than ${tls.handshakeTimeout} s`)),
        ),
      )
      const stop = (): void => {
        over()
        secured.on("error", unheard)
        secured.destroy()
        socket.destroy()
      }
      const beginning: Resource = { endsWithLoop: true, abandon: stop }
      loop.resources.add(beginning)
      const over = (): void => {
        loop.resources.delete(beginning)
        timer.cancel()
        secured.off("error", onError)
        secured.off("close", onClose)
        secured.off("end", onClose)
        secured.off(event, onSecure)
      }
      const event = serverSide ? "secure" : "secureConnect"
      const onSecure = (): void => {
        secured.on("error", unheard)
        over()
        done.returned(secured)
      }
      const fail = (error: unknown): void => {
        stop()
        done.failed(error)
      }
      const onError = (error: Error): void => {
        const told = osError(error, attempt)
        // What Node's TLS says without a code, such as "Client network socket disconnected…", is a lost connection.
        fail(told instanceof Error && told === error ? new SSLError(`${attempt}: ${error.message}`, { cause: error }) : told)
      }
      const onClose = (): void => fail(new ConnectionResetError(`${attempt}: the peer closed the connection during the handshake`))
      secured.on("error", onError)
      secured.on("close", onClose)
      secured.on("end", onClose)
      secured.on(event, onSecure)
      return stop
    },
    discard(secured) {
      secured.on("error", unheard)
      secured.destroy()
    },
  })
}

function connect(socket: Socket, { options, serverHostname }: Tls, host: string | undefined): TLSSocket {
  const expected = serverHostname ?? host ?? ""
  return connectTls({
    ...options,
    socket,
    // Checked by Node against the certificate; an empty name asks for no check, as in Python.
    host: expected,
    ...(expected === "" ? { checkServerIdentity: () => undefined } : {}),
    ...(expected === "" || isIP(expected) !== 0 ? {} : { servername: expected }),
  })
}

function accept(socket: Socket, { options }: Tls): TLSSocket {
  return new TLSSocket(socket, { ...options, isServer: true })
}
