/**
 * Undoes the content encodings of a body.
 */
import type { Transform } from "node:stream"
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw, createZstdDecompress } from "node:zlib"
import { hostOperation, type HostDone } from "../../core/host-operation.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import { atRoot } from "../../host/node.ts"
import { DecodingError, type FailedRequest } from "./errors.ts"

/** What a client asks for. */
export const ACCEPT_ENCODING = "gzip, deflate, br, zstd"
/** Encodings on top of each other; more are an attack. */
const MOST = 4

const decoders: Readonly<Record<string, (first: number) => Transform>> = {
  gzip: () => createGunzip(),
  "x-gzip": () => createGunzip(),
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(),
  // Servers disagree on whether it has the header of zlib.
  deflate: (first) => ((first & 0x0f) === 8 ? createInflate() : createInflateRaw()),
}

/** The encodings to undo, the last applied first; null for none, or one that is not known, as httpx does. */
export function encodingsOf(header: string | string[] | undefined, request: FailedRequest): string[] | null {
  if (header === undefined) return null
  const names = String(header).toLowerCase().split(",").map((name) => name.trim()).filter((name) => name !== "" && name !== "identity")
  if (names.length > MOST) throw new DecodingError(`the body is encoded ${names.length} times over; at most ${MOST} are undone`, { request })
  if (names.length === 0 || !names.every((name) => Object.hasOwn(decoders, name))) return null
  return names.reverse()
}

/** Where the encoded body comes from: the next pieces, or null at its end. */
export type EncodedSource = () => Promise<Buffer[] | null>

/** A body that was encoded once, or several times over: then each takes what the one before it has decoded. */
export class Decompression {
  readonly #layers: readonly Layer[]

  /** @param encodings - the last applied first; at least one */
  constructor(encodings: readonly string[], source: EncodedSource, request: FailedRequest) {
    const layers: Layer[] = []
    for (const encoding of encodings) {
      const below = layers.at(-1)
      const decoded: EncodedSource | undefined = below && (async () => {
        const piece = await below.next()
        return piece === null ? null : [piece]
      })
      layers.push(new Layer(encoding, decoded ?? source, request))
    }
    this.#layers = layers
  }

  /** The next decoded piece, or null at the end. @throws DecodingError for damaged data. */
  next(): Promise<Buffer | null> {
    const last = this.#layers.at(-1)
    if (last === undefined) throw new TypeError("nothing is to be decoded")
    return last.next()
  }

  close(): void {
    for (const layer of this.#layers) layer.close()
  }
}

/** Invariant: the encoded body is read only as fast as the decoded one is taken. */
class Layer {
  readonly #encoding: string
  readonly #source: EncodedSource
  readonly #request: FailedRequest
  #pending: Buffer[] = []
  #stage: Transform | null = null
  #hungry = true
  #ended = false
  #failure: Error | null = null
  #waiter: HostDone<void> | null = null

  constructor(encoding: string, source: EncodedSource, request: FailedRequest) {
    this.#encoding = encoding
    this.#source = source
    this.#request = request
  }

  async next(): Promise<Buffer | null> {
    for (;;) {
      const out = (this.#stage?.read() ?? null) as Buffer | null // no encoding is set
      if (out !== null) return out
      if (this.#failure !== null) {
        const message = `the body cannot be decoded (${this.#encoding}): ${this.#failure.message}`
        throw new DecodingError(message, { request: this.#request, cause: this.#failure })
      }
      if (this.#ended) return null
      if (this.#hungry && !(await this.#feed())) return null
      if (!this.#ended && this.#failure === null) await this.#news()
    }
  }

  close(): void {
    this.#stage?.destroy()
  }

  /** Gives the decoder more; false if the body is empty, which is no encoding's. */
  async #feed(): Promise<boolean> {
    if (this.#pending.length === 0) {
      const pieces = await this.#source()
      if (pieces === null) {
        this.#hungry = false
        this.#stage?.end()
        return this.#stage !== null
      }
      this.#pending = pieces
    }
    const piece = this.#pending.shift()
    if (piece === undefined || piece.length === 0) return true
    const stage = (this.#stage ??= atRoot(() => this.#make(piece[0] ?? 0)))
    this.#hungry = false
    stage.write(piece, () => {
      this.#hungry = true
      this.#tell()
    })
    return true
  }

  #make(firstByte: number): Transform {
    const stage = (decoders[this.#encoding] ?? createInflate)(firstByte) // the names were checked
    stage.on("error", (error: Error) => {
      this.#failure ??= error
      this.#tell()
    })
    stage.on("readable", () => this.#tell())
    stage.on("end", () => {
      this.#ended = true
      this.#tell()
    })
    return stage
  }

  #news(): Coroutine<void> {
    return hostOperation<void>({
      name: "decode the response",
      detail: this.#request.url.host,
      says: () => `response of ${this.#request.url.host}, decoding`,
      start: (done) => {
        // What happened between the look and this wait is not told again.
        if (this.#hungry || this.#ended || this.#failure !== null || (this.#stage?.readableLength ?? 0) > 0) done.returned()
        else this.#waiter = done
        return () => {
          this.#waiter = null
        }
      },
    })
  }

  #tell(): void {
    const waiter = this.#waiter
    this.#waiter = null
    waiter?.returned()
  }
}
