/**
 * Sends a response whose body comes in pieces, from inside the task of its request.
 *
 * Not by the adapter: it reads the body where no task is, so an async generator could await
 * nothing of ours in it, and it lets go of the producer without waiting for its clean-up.
 */
import type { ServerResponse } from "node:http"
import { wrapFuture } from "../../core/wrap-future.ts"
import { drained } from "./drained.ts"
import type { Outgoing } from "./node-server.ts"

/** Ticks of the microtask queue in which a stream that has all it will give says so. */
const PATIENCE = 8

/**
 * @param sendTimeout - seconds for which the client may take nothing
 * @throws what the producer throws, and what a cancellation throws; the producer has cleaned
 * up by then.
 */
export async function sendStream(response: Response, outgoing: Outgoing, sendTimeout: number): Promise<void> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader() // called for a response that has one
  let failure: unknown
  let whole = false
  try {
    if (outgoing.req.method === "HEAD") {
      head(response, outgoing)
      outgoing.end()
      return
    }
    const first = await wrapFuture(reader.read())
    if (first.done) {
      head(response, outgoing, 0)
    } else {
      // What is there at once, as a string is, is told its length, and the connection can be kept.
      const reading = reader.read()
      const second = await atOnce(reading)
      head(response, outgoing, second?.done === true ? first.value.length : undefined)
      await pass(first.value, outgoing, sendTimeout)
      for (let next = second ?? (await wrapFuture(reading)); !next.done; next = await wrapFuture(reader.read())) {
        await pass(next.value, outgoing, sendTimeout)
      }
    }
    whole = true
    outgoing.end()
  } catch (error) {
    failure = error
    throw error
  } finally {
    // Resolves when the producer has cleaned up; nobody needs what it says then.
    if (!whole) await reader.cancel(failure).catch(() => undefined)
  }
}

async function pass(piece: Uint8Array, outgoing: Outgoing, sendTimeout: number): Promise<void> {
  const taken = (outgoing as ServerResponse).write(piece) // that of HTTP/2 is called the same
  if (!taken) await drained(outgoing, sendTimeout)
}

/** The outcome of `reading` if it is there at once. */
async function atOnce<T>(reading: Promise<T>): Promise<T | undefined> {
  let outcome: T | undefined
  reading.then(
    (value) => (outcome = value),
    () => undefined, // whoever awaits `reading` is told
  )
  for (let tick = 0; tick < PATIENCE && outcome === undefined; tick += 1) await Promise.resolve()
  return outcome
}

function head({ status, headers }: Response, outgoing: Outgoing, length?: number): void {
  const fields: Record<string, string | string[]> = {}
  for (const [name, value] of headers) if (name !== "set-cookie") fields[name] = value
  const cookies = headers.getSetCookie()
  if (cookies.length > 0) fields["set-cookie"] = cookies
  if (length !== undefined) fields["content-length"] ??= String(length)
  ;(outgoing as ServerResponse).writeHead(status, fields) // that of HTTP/2 is called the same
  if (length === undefined && "flushHeaders" in outgoing) outgoing.flushHeaders()
}
