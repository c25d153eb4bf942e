/**
 * `COPY` from and to the server, no faster than the slower side.
 */
import type { Writable } from "node:stream"
import { describe } from "../structures/arguments.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { hostOperation } from "../core/host-operation.ts"
import { createTask } from "../core/running.ts"
import { Event } from "../sync/event.ts"
import { Queue } from "../sync/queue.ts"
import type { Answered, Exchange, Session } from "./session.ts"

/** What `copyFrom` takes: pieces of text or bytes; where one ends is of no matter. */
export type CopySource = Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>

/** The connection of `pg`, as far as copying needs it. */
interface Wire {
  readonly stream: Writable & { pause(): void; resume(): void }
  query(text: string): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
  sendCopyFail(message: string): void
}

/** How many pieces wait to be taken before the server is kept waiting. */
const HIGH_WATER = 16

/** What every exchange that copies does; `over` is called when the server has ended it. */
function copying(name: string, text: string, more: object, over: () => unknown = nothing): Exchange<number> {
  return {
    name,
    text,
    submit(client, answered: Answered<number>) {
      let count = 0
      const request = {
        submit: (wire: unknown) => (wire as Wire).query(text), // see Wire
        handleRowDescription: () => answered(new TypeError(`${name} takes a COPY command: '${text}' gives rows`)),
        handleDataRow: () => {},
        handleEmptyQuery: () => {},
        handleCommandComplete: (message: { text: string }) => {
          count = Number(/\d+$/.exec(message.text)?.[0] ?? 0)
        },
        handleError(error: unknown) {
          over()
          answered(error)
        },
        handleReadyForQuery() {
          over()
          answered(null, count)
        },
        handleCopyInResponse: (wire: Wire) => wire.sendCopyFail(`${name} sends nothing`),
        handleCopyData: () => answered(new TypeError(`${name} takes a COPY … FROM STDIN: '${text}' gives data`)),
        ...more,
      }
      client.query(request)
    },
  }
}

/** @param lease - as it was at the call: the generator begins later */
export async function* copyOut(session: Session, text: string, lease = session.lease): AsyncGenerator<Buffer, number, undefined> {
  const pieces = new Queue<Buffer>()
  let stream: Wire["stream"] | undefined
  const work = createTask(
    session.exchange(
      copying("Connection.copyTo", text, {
        handleCopyData({ chunk }: { chunk: Buffer }, wire: Wire) {
          stream = wire.stream
          // The chunk is a part of a buffer that `pg` writes over.
          if (!work.done()) pieces.putNowait(Buffer.from(chunk))
          if (pieces.qsize() >= HIGH_WATER && !work.done()) stream.pause()
        },
      }),
      lease,
    ),
    { name: "Connection.copyTo" },
  )
  work.addDoneCallback(() => pieces.shutdown())
  try {
    for await (const piece of pieces) {
      if (pieces.empty()) stream?.resume()
      yield piece
    }
    return await work
  } finally {
    work.cancel()
    stream?.resume()
  }
}

export function copyIn(session: Session, text: string, source: CopySource): Coroutine<number> {
  const given = source as Partial<Iterable<unknown> & AsyncIterable<unknown>> | null // to be looked at
  if (typeof source === "string" || (typeof given?.[Symbol.iterator] !== "function" && typeof given?.[Symbol.asyncIterator] !== "function")) {
    throw new TypeError(`copyFrom takes an iterable of texts or bytes, such as a list or a readable stream, not ${describe(source)}`)
  }
  const { lease } = session
  return new BodyCoroutine<number>("Connection.copyFrom", async () => {
    const begun = new Event()
    // `wire` is set exactly while the server waits for data: then it does not listen to a request to cancel.
    const state: { wire: Wire | null; gaveUp: boolean } = { wire: null, gaveUp: false }
    const giveUp = (): void => {
      state.gaveUp = true
      if (!session.ended) state.wire?.sendCopyFail("the client gave up")
      state.wire = null
    }
    const handleCopyInResponse = (wire: Wire): void => {
      state.wire = wire
      begun.set()
      if (state.gaveUp) giveUp()
    }
    const exchange = copying("Connection.copyFrom", text, { handleCopyInResponse }, () => (state.wire = null))
    const work = createTask(session.exchange(exchange, lease), { name: "Connection.copyFrom" })
    work.addDoneCallback(() => {
      giveUp()
      begun.set()
    })
    try {
      await begun.wait()
      await send(state, source)
      state.wire?.endCopyFrom()
      state.wire = null
      return await work
    } finally {
      giveUp()
      work.cancel()
    }
  })
}

/** Sends all of `source`, as long as somebody takes it. */
async function send(state: { readonly wire: Wire | null }, source: CopySource): Promise<void> {
  if (state.wire === null) return
  for await (const piece of source) {
    const { wire } = state
    if (wire === null) return
    if (typeof piece !== "string" && !(piece instanceof Uint8Array)) throw new TypeError(`copyFrom takes pieces of text or bytes, and ${describe(piece)} is among them`)
    wire.sendCopyFromChunk(typeof piece === "string" ? Buffer.from(piece) : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength))
    if (wire.stream.writableNeedDrain) await drained(wire.stream)
  }
}

function nothing(): void {}

/** Until the socket takes more, or is closed. */
function drained(stream: Writable): Coroutine<void> {
  return hostOperation<void>({
    name: "Connection.copyFrom",
    says: () => `PostgreSQL, copying, ${stream.writableLength} bytes not sent`,
    start(done) {
      const tell = (): void => {
        stop()
        done.returned()
      }
      const stop = (): void => {
        stream.off("drain", tell)
        stream.off("close", tell)
      }
      stream.on("drain", tell)
      stream.on("close", tell)
      return stop
    },
  })
}

