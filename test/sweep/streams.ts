/** Streams, servers and what bridges to the host's events: what the host would bring is brought by hand. */
import assert from "node:assert/strict"
import { EventEmitter } from "node:events"
import { Readable } from "node:stream"
import * as asyncio from "asyncio-ts"
import * as testing from "asyncio-ts/testing"
import type { FlowControl } from "#src/io/flow-control.ts"
import type { Operation, Stage } from "./stage.ts"

type Table = Record<string, Operation>

const LINE = "tea and milk\n"

/** A read of a stream that is empty; `complete` brings a line, and the end where the read waits for that. */
function reading(read: (reader: asyncio.StreamReader) => PromiseLike<unknown>, toTheEnd = false): Operation {
  return {
    gives: Buffer.from(LINE),
    make: () => {
      const reader = new asyncio.StreamReader()
      let fed = false
      return {
        wait: () => read(reader),
        complete: () => {
          fed = true
          reader.feedData(Buffer.from(LINE))
          if (toTheEnd) reader.feedEof()
        },
        rest: async (through) => {
          assert.doesNotMatch(String(reader), /awaited/)
          if (fed && through.length === 0) assert.equal(String(await reader.readLine()), LINE, "what came stays for the next")
        },
      }
    },
  }
}

/** The first of a loop over the lines, which is left after it. */
async function firstLine(reader: asyncio.StreamReader): Promise<unknown> {
  for await (const line of reader) return line
  return undefined
}

/** Several wait for one end of a connection in memory. */
function writing(
  wait: (writer: asyncio.StreamWriter) => PromiseLike<unknown>,
  stage: (flow: FlowControl, writer: asyncio.StreamWriter) => Pick<Stage, "complete" | "waiting">,
): Operation {
  return {
    line: "all",
    make: () => {
      const [{ writer }] = testing.memoryStreams()
      const flow = writer.transport.getProtocol() as FlowControl // that of a StreamWriter
      return { wait: () => wait(writer), ...stage(flow, writer) }
    },
  }
}

/** A server that listens nowhere; `complete` closes it. */
function closing(wait: (server: asyncio.Server) => PromiseLike<unknown>): Operation {
  return {
    line: "all",
    make: () => {
      const server = new asyncio.Server(asyncio.getRunningLoop(), () => [])
      return { wait: () => wait(server), complete: () => server.close() }
    },
  }
}

/** What waits for a callback, which `complete` calls. */
const callback: Operation = {
  gives: "done",
  make: () => {
    let told: ((error: null, value: string) => void) | undefined
    return { wait: () => asyncio.fromCallback<string>((callback) => void (told = callback)), complete: () => told?.(null, "done") }
  },
}

/** What waits for an event, which `complete` emits; nobody listens afterwards. */
function onEmitter(wait: (emitter: EventEmitter) => PromiseLike<unknown>): Operation {
  return {
    gives: "done",
    make: () => {
      const emitter = new EventEmitter()
      return {
        wait: () => wait(emitter),
        complete: () => emitter.emit("told", "done"),
        rest: () => assert.equal(emitter.listenerCount("told"), 0, "listeners that are left"),
      }
    },
  }
}

async function firstEvent(emitter: EventEmitter): Promise<unknown> {
  for await (const value of asyncio.fromEvent<string>(emitter, "told")) return value
  return undefined
}

/** The next of an iteration that goes on: an event that nobody took stays for the next one. */
const nextEvent: Operation = {
  gives: "done",
  make: () => {
    const emitter = new EventEmitter()
    const events = asyncio.fromEvent<string>(emitter, "told").open()
    let emitted = false
    return {
      wait: async () => (await events.next()).value,
      complete: () => (emitted = emitter.emit("told", "done")),
      rest: async (through) => {
        if (emitted && through.length === 0) assert.equal((await events.next()).value, "done")
        await events.return()
        assert.equal(emitter.listenerCount("told"), 0, "listeners that are left")
      },
    }
  },
}

/** What waits for a chunk, which `complete` pushes. */
function onStream(wait: (stream: Readable) => PromiseLike<unknown>): Operation {
  return {
    gives: "done",
    make: () => {
      const stream = new Readable({ objectMode: true, read: () => undefined })
      return { wait: () => wait(stream), complete: () => stream.push("done") }
    },
  }
}

async function firstChunk(stream: Readable): Promise<unknown> {
  for await (const chunk of asyncio.fromReadable<string>(stream)) return chunk
  return undefined
}

const table = (): Table => ({
  "StreamReader.read": reading((reader) => reader.read(100)),
  "StreamReader.read, of everything": reading((reader) => reader.read(), true),
  "StreamReader.readExactly": reading((reader) => reader.readExactly(LINE.length)),
  "StreamReader.readLine": reading((reader) => reader.readLine()),
  "StreamReader.readUntil": reading((reader) => reader.readUntil(["\n", "!"])),
  "StreamReader[Symbol.asyncIterator]": reading(firstLine),
  "StreamWriter.drain": writing(
    (writer) => writer.drain(),
    (flow) => {
      flow.pauseWriting()
      return { complete: () => flow.resumeWriting(), waiting: () => flow.drains.size }
    },
  ),
  "StreamWriter.waitClosed": writing(
    (writer) => writer.waitClosed(),
    (flow, writer) => ({ complete: () => writer.close(), waiting: () => flow.closes.size }),
  ),
  "Server.waitClosed": closing((server) => server.waitClosed()),
  fromCallback: callback,
  fromEvent: onEmitter((emitter) => asyncio.fromEvent<string>(emitter, "told")),
  "fromEvent, in a loop": onEmitter(firstEvent),
  "fromEvent, next of an iteration": nextEvent,
  "ReadableChunks.next": onStream(async (stream) => (await asyncio.fromReadable<string>(stream).next()).value),
  "ReadableChunks[Symbol.asyncIterator]": onStream(firstChunk),
})

/** None where there are no streams: the browser entry has no input and output. */
export const STREAMS: Table = "StreamReader" in asyncio ? table() : {}
