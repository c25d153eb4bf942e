import { RuntimeError } from "../../errors/misuse.ts"
import { encodingsOf, Decompression } from "./decompress.ts"
import { ResponseTooLarge, type FailedRequest } from "./errors.ts"
import type { Exchange } from "./exchange.ts"
import { ByteCollector } from "./piece-queue.ts"
import type { Upload } from "./upload.ts"

/** Told of the bytes that have arrived, as they come over the wire. */
export type DownloadProgress = (received: number, total: number | null) => void

/** The body of one response, decoded. */
export class ResponseBody {
  readonly #exchange: Exchange
  readonly #upload: Upload | null
  readonly #progress: DownloadProgress | null
  readonly #decompression: Decompression | null
  #pieces: Buffer[] = []
  #told = 0

  constructor(exchange: Exchange, upload: Upload | null, progress: DownloadProgress | null) {
    this.#exchange = exchange
    this.#upload = upload
    this.#progress = progress
    const { request, headers, status } = exchange
    const none = request.method === "HEAD" || status === 204 || status === 304
    const encodings = none ? null : encodingsOf(headers["content-encoding"], request)
    this.#decompression = encodings === null ? null : new Decompression(encodings, () => this.#raw(), request)
  }

  /** The next piece, or null at the end. */
  async next(): Promise<Buffer | null> {
    if (this.#decompression !== null) {
      const piece = await this.#decompression.next()
      if (piece === null) await this.close()
      return piece
    }
    for (;;) {
      const piece = this.#pieces.shift()
      if (piece !== undefined) return piece
      const pieces = await this.#raw()
      if (pieces === null) {
        await this.#upload?.end()
        return null
      }
      this.#pieces = pieces
    }
  }

  /** All of it, if it has arrived, is not encoded and not larger than `limit`; else null. */
  arrived(limit: number): Buffer | null {
    const exchange = this.#exchange
    if (!exchange.ended || this.#decompression !== null || this.#progress !== null || this.#upload !== null || exchange.received > limit) return null
    const pieces = exchange.rest() ?? []
    const [first] = pieces
    return pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces)
  }

  /** All of it. @throws ResponseTooLarge if that is more than `limit` bytes. */
  async all(limit: number): Promise<Buffer> {
    const exchange = this.#exchange
    const { request } = exchange
    const announced = Number(exchange.headers["content-length"] ?? 0)
    const collector = new ByteCollector()
    try {
      if (announced > limit && request.method !== "HEAD") throw tooLarge(limit, request)
      for (let piece = await this.next(); piece !== null; piece = await this.next()) {
        if (collector.length + piece.length > limit) throw tooLarge(limit, request)
        collector.add(piece)
      }
    } catch (error) {
      exchange.abort(error)
      await this.close()
      throw error
    }
    return collector.bytes()
  }

  /** Gives up what has not been read; then the connection is closed. */
  async close(): Promise<void> {
    const { request } = this.#exchange
    this.#exchange.abort(new RuntimeError(`the body of ${request.method} ${request.url.host} was given up: read it within run(…), before its function ends`))
    this.#decompression?.close()
    await this.#upload?.end()
  }

  async #raw(): Promise<Buffer[] | null> {
    const exchange = this.#exchange
    const pieces = exchange.rest() ?? (await exchange.read())
    const { received } = exchange
    if (this.#progress !== null && received > this.#told) {
      this.#told = received
      const announced = exchange.headers["content-length"]
      this.#progress(received, announced === undefined ? null : Number(announced))
    }
    return pieces !== null && pieces.length === 0 ? null : pieces
  }
}

function tooLarge(limit: number, request: FailedRequest): ResponseTooLarge {
  return new ResponseTooLarge(`the body is larger than ${limit} bytes (maxResponseSize); read it with stream(…), which holds none of it`, { request })
}
