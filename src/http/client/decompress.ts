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

/** Invariant: the encoded body is read only as fast as the decoded one is taken. */
export class Decompression {
  readonly #encodings: readonly string[]
  readonly #source: EncodedSource
  readonly #request: FailedRequest
  #pending: Buffer[] = []
  #stages: Transform[] = []
  #hungry = true
  #ended = false
  #failure: Error | null = null
  #waiter: HostDone<void> | null = null

  constructor(encodings: readonly string[], source: EncodedSource, request: FailedRequest) {
    this.#encodings = encodings
    this.#source = source
    this.#request = request
  }

  /** The next decoded piece, or null at the end. @throws DecodingError for damaged data. */
  async next(): Promise<Buffer | null> {
    for (;;) {
      const out = (this.#stages.at(-1)?.read() ?? null) as Buffer | null // no encoding is set
      if (out !== null) return out
      if (this.#failure !== null) {
        const message = `the body cannot be decoded (${this.#encodings.join(", ")}): ${this.#failure.message}`
        throw new DecodingError(message, { request: this.#request, cause: this.#failure })
      }
      if (this.#ended) return null
      if (this.#hungry && !(await this.#feed())) return null
      if (!this.#ended && this.#failure === null) await this.#news()
    }
  }

  close(): void {
    for (const stage of this.#stages) stage.destroy()
  }

  /** Gives the first stage more; false if the body is empty, which is no encoding's. */
  async #feed(): Promise<boolean> {
    if (this.#pending.length === 0) {
      const pieces = await this.#source()
      if (pieces === null) {
        this.#hungry = false
        this.#stages[0]?.end()
        return this.#stages.length > 0
      }
      this.#pending = pieces
    }
    const piece = this.#pending.shift()
    if (piece === undefined || piece.length === 0) return true
    if (this.#stages.length === 0) atRoot(() => this.#make(piece[0] ?? 0))
    this.#hungry = false
    this.#stages[0]?.write(piece, () => {
      this.#hungry = true
      this.#tell()
    })
    return true
  }

  #make(firstByte: number): void {
    this.#stages = this.#encodings.map((name) => (decoders[name] ?? createInflate)(firstByte)) // the names were checked
    for (const [index, stage] of this.#stages.entries()) {
      const after = this.#stages[index + 1]
      stage.on("error", (error: Error) => {
        this.#failure ??= error
        this.#tell()
      })
      if (after !== undefined) stage.pipe(after)
    }
    const last = this.#stages.at(-1)
    last?.on("readable", () => this.#tell())
    last?.on("end", () => {
      this.#ended = true
      this.#tell()
    })
  }

  #news(): Coroutine<void> {
    return hostOperation<void>({
      name: "decode the response",
      detail: this.#request.url.host,
      start: (done) => {
        // What happened between the look and this wait is not told again.
        if (this.#hungry || this.#ended || this.#failure !== null || (this.#stages.at(-1)?.readableLength ?? 0) > 0) done.returned()
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
