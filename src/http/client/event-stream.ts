/**
 * Server-sent events of a response.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import { createParser, type EventSourceParser } from "eventsource-parser"
import { checkInteger, checkSeconds } from "../../structures/arguments.ts"
import { sleep } from "../../tasks/sleep.ts"
import { DecodingError, TransportError, type FailedRequest } from "./errors.ts"

/** One event; as in browsers its kind is `message` unless the server says another. */
export interface ReceivedEvent {
  readonly event: string
  readonly data: string
  /** The id of this event or of the last one that had any. */
  readonly id: string
}

/** How events are read. */
export interface EventsOptions {
  /** Whether to ask again when the connection is lost or ended; a number is how often, without an event in between. */
  readonly reconnect?: boolean | number | undefined
  /** Seconds before asking again, until the server says otherwise; 3 by default. */
  readonly retryDelay?: number | undefined
  /** The longest event in characters; by default a million. */
  readonly limit?: number | undefined
}

/** What no header can carry; an id that has any cannot be given back, and counts as none. */
const CONTROL = /(?!\t)\p{Cc}/u

/** What gives the bytes of events. */
export interface EventResponse {
  readonly status: number
  readonly headers: Headers
  readonly request: FailedRequest
  chunks(): AsyncIterable<Uint8Array>
  raiseForStatus(): unknown
}

export class EventStream implements AsyncIterable<ReceivedEvent> {
  readonly #again: ((lastEventId: string) => Promise<EventResponse>) | null
  readonly #attempts: number
  readonly #parser: EventSourceParser
  readonly #limit: number
  #response: EventResponse
  #found: ReceivedEvent[] = []
  #lastId = ""
  #retryDelay: number
  #tooLong = false

  constructor(response: EventResponse, again: ((lastEventId: string) => Promise<EventResponse>) | null, options: EventsOptions) {
    const { reconnect = false, retryDelay = 3, limit = 1_000_000 } = options
    checkSeconds(retryDelay, "retryDelay")
    if (retryDelay < 0) throw new RangeError(`retryDelay is at least 0 seconds, but is ${retryDelay}`)
    checkInteger(limit, "the limit of an event", 1)
    if (typeof reconnect !== "boolean" && reconnect !== Infinity) checkInteger(reconnect, "reconnect, unless true or false,", 0)
    this.#response = response
    this.#again = again
    this.#attempts = reconnect === true ? Infinity : Number(reconnect)
    this.#retryDelay = retryDelay
    this.#limit = limit
    this.#parser = createParser({
      maxBufferSize: limit,
      onId: (id) => {
        if (!CONTROL.test(id)) this.#lastId = id
      },
      onEvent: ({ event, data }) => {
        this.#found.push({ event: event === undefined || event === "" ? "message" : event, data, id: this.#lastId })
      },
      onRetry: (milliseconds) => {
        this.#retryDelay = milliseconds / 1000
      },
      onError: ({ type }) => {
        this.#tooLong ||= type === "max-buffer-size-exceeded"
      },
    })
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ReceivedEvent, void, undefined> {
    let failures = 0
    for (;;) {
      let lost: TransportError | null = null
      try {
        this.#check()
        // Node's own way with a byte order mark takes some away that stand further on; the parser knows better.
        const decoder = new TextDecoder("utf-8", { ignoreBOM: true })
        for await (const piece of this.#response.chunks()) {
          this.#parse(decoder.decode(piece, { stream: true }))
          if (this.#found.length > 0) failures = 0
          yield* this.#found.splice(0)
          if (this.#tooLong) throw this.#error(`an event is longer than ${this.#limit} characters; give a limit`)
        }
      } catch (error) {
        if (!(error instanceof TransportError)) throw error
        lost = error
      }
      this.#parser.reset()
      for (;;) {
        failures += 1
        if (this.#again === null || failures > this.#attempts) {
          if (lost !== null) throw lost
          return
        }
        await sleep(this.#retryDelay)
        try {
          this.#response = await this.#again(this.#lastId)
          break
        } catch (error) {
          if (!(error instanceof TransportError)) throw error
          lost = error
        }
      }
      // As browsers do: the server says that there is nothing more.
      if (this.#response.status === 204) return
    }
  }

  #parse(text: string): void {
    try {
      this.#parser.feed(text)
    } catch (error) {
      // It refuses everything after what was too long.
      if (!this.#tooLong) throw error
    }
  }

  #check(): void {
    const type = this.#response.headers.get("content-type") ?? ""
    if (this.#response.status !== 200) {
      this.#response.raiseForStatus()
      throw this.#error(`events come with status 200, not ${this.#response.status}`)
    }
    if (!/^text\/event-stream\s*(;|$)/i.test(type)) throw this.#error(`events come as text/event-stream, not as ${JSON.stringify(type)}`)
  }

  #error(message: string): DecodingError {
    return new DecodingError(message, { request: this.#response.request })
  }
}
