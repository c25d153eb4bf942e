import type { IncomingMessage, ServerResponse } from "node:http"
import type { Socket } from "node:net"

/**
 * A connection whose client asks to speak another protocol on it.
 *
 * Invariant: once taken, its socket is no more the business of HTTP.
 */
export class UpgradeOffer {
  readonly incoming: IncomingMessage
  readonly head: Buffer
  /** Told when the server begins to close. */
  whenClosing: (() => void) | undefined
  taken = false
  readonly socket: Socket
  readonly #outgoing: ServerResponse

  constructor(incoming: IncomingMessage, outgoing: ServerResponse, socket: Socket, head: Buffer) {
    this.incoming = incoming
    this.head = head
    this.#outgoing = outgoing
    this.socket = socket
  }

  /** Another protocol has the socket now; nothing of HTTP's is said on it any more. */
  take(): void {
    this.taken = true
    this.#outgoing.detachSocket(this.socket)
    // HTTP hears of its end all the same, since its exchange is over then.
    this.socket.once("close", () => this.#outgoing.emit("close"))
  }
}

const offers = new WeakMap<Request, UpgradeOffer>()

export function offerUpgrade(request: Request, offer: UpgradeOffer): void {
  offers.set(request, offer)
}

/** The offer that came with a request; undefined if its client asks for nothing. */
export function offerOf(request: Request): UpgradeOffer | undefined {
  return offers.get(request)
}
