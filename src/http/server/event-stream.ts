import { checkInteger, checkSeconds, describe } from "../../structures/arguments.ts"
import { QueueShutDown } from "../../errors/queue-errors.ts"
import { createTask } from "../../core/running.ts"
import { Queue } from "../../sync/queue.ts"
import { moveOnAfter } from "../../tasks/timeouts.ts"

/** One event for an `EventSource`. */
export interface ServerSentEvent {
  /** A string as it is, anything else as JSON. */
  readonly data?: unknown
  /** Its kind, which a listener asks for; `message` by default. */
  readonly event?: string | undefined
  /** What the client sends as `Last-Event-ID` when it connects again. */
  readonly id?: string | undefined
}

/** How events are sent. */
export interface EventStreamOptions {
  /** Seconds without an event after which a comment is sent, so that nobody on the way takes the connection for dead; 15 by default, Infinity for none. */
  readonly heartbeat?: number | undefined
  /** Seconds after which the client is to connect again. */
  readonly retry?: number | undefined
  /** Further headers. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

const HEADERS = { "content-type": "text/event-stream", "cache-control": "no-cache", "x-accel-buffering": "no" }

/**
 * A response that sends events as they come, for an `EventSource`.
 *
 * `events` is read in a task of its own, as fast as the client takes them. When the client
 * goes away it is cancelled where it waits, and has cleaned up before the request's task ends.
 * When it ends, the response does; when it fails, the connection is cut off.
 *
 * @param events - gives events, or what is to be the data of one
 * @throws TypeError or RangeError at the call for what cannot be sent so.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { eventStream, serve } from "asyncio-ts/http"
 *
 * async function* brewing() {
 *   for (const state of ["boiling", "ready"]) {
 *     await asyncio.sleep(0.01)
 *     yield { event: "state", data: state }
 *   }
 * }
 *
 * await asyncio.run(async () => {
 *   const server = await serve(() => eventStream(brewing()))
 *   const answer = await fetch(server.url)
 *   console.log(JSON.stringify(await answer.text())) // -> "event: state\ndata: boiling\n\nevent: state\ndata: ready\n\n"
 *   await server.close()
 * })
 * ```
 */
export function eventStream(events: AsyncIterable<ServerSentEvent | string>, options: EventStreamOptions = {}): Response {
  if (typeof (events as { [Symbol.asyncIterator]?: unknown } | null)?.[Symbol.asyncIterator] !== "function") {
    throw new TypeError(`eventStream takes an async iterable of events, not ${describe(events)}`)
  }
  const { heartbeat = 15, retry, headers } = options
  checkSeconds(heartbeat, "heartbeat of eventStream")
  if (heartbeat <= 0) throw new RangeError(`heartbeat of eventStream is a number of seconds above 0, not ${heartbeat}`)
  if (retry !== undefined) checkInteger(Math.round(retry * 1000), "retry of eventStream, in milliseconds,", 0)
  const bytes = encode(events, heartbeat, retry)
  return new Response(bytes as never, { headers: { ...HEADERS, ...headers } }) // Node takes an async iterable as a body, the types of the web do not
}

async function* encode(events: AsyncIterable<ServerSentEvent | string>, heartbeat: number, retry: number | undefined): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  if (retry !== undefined) yield encoder.encode(`retry: ${Math.round(retry * 1000)}\n\n`)
  const queue = new Queue<string>(1)
  // In a task, since a heartbeat must not end the wait for an event.
  const reading = createTask(
    async () => {
      try {
        for await (const event of events) await queue.put(eventText(event))
      } finally {
        queue.shutdown()
      }
    },
    { name: "eventStream" },
  )
  try {
    for (;;) {
      const text = await moveOnAfter(heartbeat).run(() => queue.get())
      yield encoder.encode(text ?? ":\n\n")
    }
  } catch (error) {
    if (!(error instanceof QueueShutDown)) throw error
    await reading
  } finally {
    if (!reading.done()) {
      reading.cancel("the client has gone away")
      await reading.catch(() => undefined) // a cancellation is what was asked for, and nobody is left to be told anything else
    }
  }
}

function eventText(given: ServerSentEvent | string): string {
  const { data, event, id } = typeof given === "string" ? { data: given } : given
  let text = ""
  if (event !== undefined) text += `event: ${line(event, "event")}\n`
  if (id !== undefined) text += `id: ${line(id, "id")}\n`
  const lines = typeof data === "string" ? data : (JSON.stringify(data) as string | undefined) // undefined for undefined
  if (lines !== undefined) for (const part of lines.split(/\r\n|\r|\n/)) text += `data: ${part}\n`
  return `${text}\n`
}

function line(value: string, what: string): string {
  if (typeof value === "string" && !/[\r\n\0]/.test(value)) return value
  throw new TypeError(`the ${what} of a server-sent event is a string of one line, not ${describe(value)}`)
}
