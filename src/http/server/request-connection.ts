import type { IncomingMessage } from "node:http"
import type { Http2ServerRequest } from "node:http2"
import type { Socket } from "node:net"
import type { PeerCertificate, TLSSocket } from "node:tls"

/** The connection that a request came by. */
export class RequestConnection {
  readonly #incoming: IncomingMessage | Http2ServerRequest

  constructor(incoming: IncomingMessage | Http2ServerRequest) {
    this.#incoming = incoming
  }

  /** The client's address; undefined on a Unix socket, and once the client has gone. */
  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress
  }

  get remotePort(): number | undefined {
    return this.#socket.remotePort
  }

  /** Whether it is by TLS. */
  get encrypted(): boolean {
    return "encrypted" in this.#socket
  }

  /** `1.0`, `1.1` or `2.0`. */
  get httpVersion(): string {
    return this.#incoming.httpVersion
  }

  /** Who the client is, where TLS has asked for it (`tls: { requestCert: true }`). */
  get peerCertificate(): PeerCertificate | undefined {
    const socket = this.#socket
    if (!("encrypted" in socket)) return undefined
    const certificate = (socket as TLSSocket).getPeerCertificate() // only that is encrypted
    return Object.keys(certificate).length === 0 ? undefined : certificate
  }

  get #socket(): Socket {
    return this.#incoming.socket
  }
}
