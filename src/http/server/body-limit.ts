import type { IncomingMessage } from "node:http"
import type { Http2ServerRequest } from "node:http2"
import type { Readable } from "node:stream"
import { brand } from "../../errors/brand.ts"

/** Thrown where a body is read that is larger than the server takes; nobody need catch it: the client is told 413. */
export class BodyTooLargeError extends Error {
  declare readonly name: string
  declare readonly code: string
  /** What to answer. */
  readonly status = 413

  static {
    brand(this, "BodyTooLargeError", "ERR_BODY_TOO_LARGE")
  }
}

/** Whether the request says itself that its body is too large. */
export function declaresTooMuch({ headers }: IncomingMessage | Http2ServerRequest, limit: number): boolean {
  const declared = headers["content-length"]
  return declared !== undefined && Number(declared) > limit
}

/** What of Node's readable side is used; what is pushed is what the peer sent. */
type Pushed = Pick<Readable, "push" | "emit" | "listenerCount" | "on">

/**
 * Counts a body that does not say how long it is; what goes beyond `limit` is dropped, and
 * whoever reads it is told, now or later. Where nobody reads it, it does no harm.
 *
 * Told by an error event and not by `destroy`, which would close the connection before the
 * client could be answered.
 */
export function limitBody(incoming: Pushed, limit: number): void {
  const push = incoming.push
  let size = 0
  let over = false
  incoming.push = function limited(piece: Buffer | null, encoding?: BufferEncoding): boolean {
    if (piece === null) return push.call(incoming, null)
    size += piece.length
    if (size <= limit) return push.call(incoming, piece, encoding)
    if (over) return true
    over = true
    const error = new BodyTooLargeError(`the body of the request is larger than ${limit} bytes; maxBodySize of serve sets the limit`)
    if (incoming.listenerCount("error") > 0) {
      incoming.emit("error", error)
    } else {
      incoming.on("newListener", (event: string) => {
        if (event === "error") process.nextTick(() => incoming.emit("error", error))
      })
    }
    return true
  }
}
