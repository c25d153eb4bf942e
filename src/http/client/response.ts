import { Cookie } from "tough-cookie"
import { checkInteger } from "../../structures/arguments.ts"
import { BodyCoroutine } from "../../core/body-coroutine.ts"
import { hostOperation } from "../../core/host-operation.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import { RuntimeError } from "../../errors/misuse.ts"
import { Shown } from "../../structures/shown.ts"
import { DecodingError, HTTPStatusError, ResponseTooLarge, withoutSecrets, type FailedRequest } from "./errors.ts"
import { EventStream, type EventsOptions, type ReceivedEvent } from "./event-stream.ts"
import type { HeaderFields } from "./header-fields.ts"
import { linesOf, type LinesOptions } from "./lines.ts"

/** A request as it was sent. */
export interface SentRequest extends FailedRequest {
  readonly headers: HeaderFields
}

/** Where a response comes from. */
export interface ResponseSource {
  readonly request: SentRequest
  readonly status: number
  readonly statusText: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly httpVersion: "HTTP/1.1" | "HTTP/2"
  readonly history: readonly Response[]
  readonly begun: number
  readonly now: () => number
  /** The whole body, if it can be had without waiting. */
  arrived(): Buffer | null
  next(): Promise<Buffer | null>
  all(limit?: number): Promise<Buffer>
  close(): Promise<void>
  /** Sends the request once more, for the events after `lastEventId`. */
  again: ((lastEventId: string) => Promise<Response>) | null
}

// For files of this library; no entry point exports these.

export const read: unique symbol = Symbol("read")
/** Gives up what has not been read of a response. */
export const close: unique symbol = Symbol("close")
/** Reads at most so many bytes of a body that nobody may want, so that its connection is free again. */
export const drain: unique symbol = Symbol("drain")

/**
 * What a server answered.
 *
 * The body of what `get`, `post` and `request` give has arrived: reading it does not wait,
 * and may be done as often as one likes. That of `stream` comes while it is read, once.
 */
export class Response extends Shown {
  readonly #source: ResponseSource
  #headers: Headers | null = null
  #bytes: Buffer | null = null
  #reading = false
  #elapsed: number | null = null

  constructor(source: ResponseSource) {
    super()
    this.#source = source
  }

  get status(): number {
    return this.#source.status
  }

  /** The words after the status, where HTTP/1.1 gives any. */
  get statusText(): string {
    return this.#source.statusText
  }

  /** Whether the status is one of 200 to 299. */
  get ok(): boolean {
    return this.status >= 200 && this.status <= 299
  }

  /** The URL that answered: after redirects the last. */
  get url(): URL {
    return this.#source.request.url
  }

  /** The request that was answered. */
  get request(): SentRequest {
    return this.#source.request
  }

  /** What was agreed on; an answer of HTTP/1.0 counts as one of HTTP/1.1. */
  get httpVersion(): "HTTP/1.1" | "HTTP/2" {
    return this.#source.httpVersion
  }

  get headers(): Headers {
    if (this.#headers !== null) return this.#headers
    const headers = new Headers()
    for (const [name, value] of Object.entries(this.#source.headers)) {
      for (const one of Array.isArray(value) ? value : [value]) {
        // HTTP/2 lets strings through that Headers would refuse.
        if (one !== undefined && !name.startsWith(":")) headers.append(name, Buffer.from(one).every((byte) => byte < 128) ? one : Buffer.from(one, "latin1").toString("latin1"))
      }
    }
    return (this.#headers = headers)
  }

  /** The responses that led here by redirects, the first one first. */
  get history(): readonly Response[] {
    return this.#source.history
  }

  /** The cookies that this response sets. */
  get cookies(): Map<string, string> {
    const cookies = this.headers.getSetCookie().flatMap((line) => Cookie.parse(line) ?? [])
    return new Map(cookies.map(({ key, value }) => [key, value]))
  }

  /** Seconds from sending the request until the body was read; until then, so far. */
  get elapsed(): number {
    return this.#elapsed ?? this.#source.now() - this.#source.begun
  }

  /** The whole body. @throws ResponseTooLarge beyond `maxResponseSize`; RuntimeError if it was read piece by piece. */
  bytes(): Coroutine<Uint8Array> {
    return this.#whole("Response.bytes", (bytes) => bytes)
  }

  /** The whole body as text, in the charset that the server names, else UTF-8. */
  text(): Coroutine<string> {
    return this.#whole("Response.text", (bytes) => this.#decode(bytes))
  }

  /** The whole body as JSON; what the server sends is not checked against `T`. @throws DecodingError for what is no JSON. */
  json<T = unknown>(): Coroutine<T> {
    return this.#whole("Response.json", (bytes) => {
      const text = this.#decode(bytes)
      try {
        return JSON.parse(text) as T // what T is, the caller knows
      } catch (cause) {
        const message = `the body is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`
        throw new DecodingError(message, { request: this.request, cause })
      }
    })
  }

  /** The body as it comes, decompressed. */
  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#bytes !== null) {
      if (this.#bytes.length > 0) yield this.#bytes
      return
    }
    this.#claim()
    for (let piece = await this.#source.next(); piece !== null; piece = await this.#source.next()) {
      if (piece.length > 0) yield piece
    }
    this.#elapsed = this.elapsed
  }

  /** The body line by line, without line ends. @throws DecodingError for a line longer than `limit`; TypeError or RangeError at the call for what is no limit. */
  lines(options: LinesOptions = {}): AsyncGenerator<string, void, undefined> {
    if (options.limit !== undefined) checkInteger(options.limit, "the limit of a line", 1)
    return linesOf(this.chunks(), this.#decoder({ ignoreBOM: true }), this.request, options)
  }

  /**
   * The server-sent events of the body.
   *
   * With `reconnect`, what `stream` gave is requested again when the connection is lost, with
   * `last-event-id`, after as long as the server has said.
   *
   * @throws DecodingError unless the body is a `text/event-stream`; TypeError or RangeError at
   * the call for options that cannot be meant.
   */
  events(options: EventsOptions = {}): AsyncGenerator<ReceivedEvent, void, undefined> {
    return new EventStream(this, this.#source.again, options)[Symbol.asyncIterator]()
  }

  /** This response. @throws HTTPStatusError if its status is 400 or above. */
  raiseForStatus(): this {
    if (this.status < 400) return this
    const whose = this.status < 500 ? "the request was refused" : "the server failed"
    const words = this.statusText === "" ? "" : ` ${this.statusText}`
    throw new HTTPStatusError(`${whose}: ${this.status}${words}`, { request: this.request, response: this })
  }

  /** Reads the body, so that it need not be waited for later. */
  async [read](): Promise<void> {
    // A hook may have read it.
    if (this.#reading) return
    this.#bytes = this.#source.arrived()
    if (this.#bytes === null) await this.#read()
    else this.#elapsed = this.elapsed
  }

  async [close](): Promise<void> {
    await this.#source.close()
  }

  async [drain](most: number): Promise<void> {
    if (this.#reading) return
    try {
      await this.#read(most)
    } catch (error) {
      if (!(error instanceof ResponseTooLarge)) throw error
    }
  }

  toString(): string {
    return `<Response ${this.status} ${this.request.method} ${withoutSecrets(this.url)}>`
  }

  /** What is made of the whole body; where that has arrived it takes no frame. */
  #whole<T>(name: string, make: (bytes: Buffer) => T): Coroutine<T> {
    const bytes = this.#bytes
    if (bytes !== null) return hostOperation<T>({ name, start: (done) => done.returned(make(bytes)) })
    return new BodyCoroutine(name, async () => make(await this.#read()))
  }

  async #read(limit?: number): Promise<Buffer> {
    if (this.#bytes !== null) return this.#bytes
    this.#claim()
    const bytes = await this.#source.all(limit)
    this.#elapsed = this.elapsed
    return (this.#bytes = bytes)
  }

  #claim(): void {
    if (this.#reading) {
      throw new RuntimeError(`the body of ${this.toString()} is being read, or was read piece by piece; read it once, or take bytes()`)
    }
    this.#reading = true
  }

  #decode(bytes: Buffer): string {
    const { charset } = this
    if (charset !== "utf-8") return this.#decoder().decode(bytes)
    const text = bytes.toString()
    return text.startsWith("\ufeff") ? text.slice(1) : text
  }

  #decoder(options: { readonly ignoreBOM?: boolean } = {}): TextDecoder {
    try {
      return new TextDecoder(this.charset, options)
    } catch {
      return new TextDecoder("utf-8", options) // a charset that nobody knows
    }
  }

  /** The charset that the server names, in lower case; `utf-8` if it names none. */
  get charset(): string {
    const type = this.#source.headers["content-type"]
    const named = type === undefined ? undefined : /;\s*charset="?([^\s;"]+)/i.exec(String(type))?.[1]?.toLowerCase()
    return named === undefined || named === "utf8" ? "utf-8" : named
  }
}
