/** The operations that meet the faults: each opens what it needs, does its work and says what came of it. */
import * as asyncio from "asyncio-ts"
import { Client, connectWebSocket } from "asyncio-ts/http"
import { certificates } from "../support/certificates.ts"
import type { OperationName } from "./expected.ts"
import { digest, DOCUMENT, EVENTS, LINES } from "./upstream.ts"

export type Outcome = "intact" | "altered" | "short"

/** What an operation runs in. */
export interface Cell {
  readonly transport: "tcp" | "tls"
  /** Of the proxy. */
  readonly port: number
  /** The fault begins. */
  harm(): void
  /** What is tested comes next: the moment to cancel. */
  enter(): void
}

export interface FaultOperation {
  /** Which server stands behind the proxy. */
  readonly upstream: "lines" | "http"
  /** A line that becomes TLS begins without. */
  readonly plain?: boolean
  run(cell: Cell): Promise<Outcome>
}

const BULK = 256 * 1024
const ECHOES = 3

export const operations: Readonly<Record<OperationName, FaultOperation>> = {
  connect: {
    upstream: "lines",
    async run(cell) {
      cell.harm()
      cell.enter()
      const [, writer] = await open(cell)
      writer.transport.abort()
      return "intact"
    },
  },

  handshake: {
    upstream: "lines",
    plain: true,
    run: (cell) => (cell.transport === "tcp" ? greeting(cell) : tlsHandshake(cell)),
  },

  read: reading(async (reader) => await reader.read()),
  readExactly: reading(async (reader) => await reader.readExactly(DOCUMENT.length)),
  readUntil: reading(async (reader) => {
    const lines: Buffer[] = []
    while (lines.length < LINES) lines.push(await reader.readUntil("\n"))
    return Buffer.concat(lines)
  }),

  write: writing(DOCUMENT, async (writer, bytes) => {
    writer.write(bytes)
    await writer.drain()
  }),
  drain: writing(Buffer.alloc(BULK, "0123456789"), async (writer, bytes) => {
    for (let at = 0; at < bytes.length; at += 50_000) {
      writer.write(bytes.subarray(at, at + 50_000))
      await writer.drain()
    }
  }),

  startTls: {
    upstream: "lines",
    plain: true,
    async run(cell) {
      const { ca } = certificates()
      if (cell.transport === "tcp") {
        cell.harm()
        cell.enter()
      }
      return await using(await asyncio.openConnection("127.0.0.1", cell.port), async (reader, writer) => {
        writer.write("STARTTLS\n")
        await reader.readUntil("\n")
        await writer.startTls({ ca: ca.cert })
        if (cell.transport === "tls") cell.harm()
        writer.write("DOCUMENT\n")
        if (cell.transport === "tls") cell.enter()
        return compare(await reader.readExactly(DOCUMENT.length), DOCUMENT)
      })
    },
  },

  "HTTP request": requesting(async (client) => {
    const response = await client.get("/small")
    return compare(Buffer.from(await response.text()), Buffer.from("tea is ready"))
  }),

  "HTTP body": requesting((client) =>
    client.stream("GET", "/document").run(async (response) => {
      const chunks: Uint8Array[] = []
      for await (const chunk of response.chunks()) chunks.push(chunk)
      return compare(Buffer.concat(chunks), DOCUMENT)
    }),
  ),

  SSE: requesting((client) =>
    client.stream("GET", "/events").run(async (response) => {
      const events: string[] = []
      for await (const { data, id } of response.events()) events.push(`${id} ${data}`)
      const wanted = Array.from({ length: EVENTS }, (_, event) => `${event} the event number ${event} of ${EVENTS}`)
      if (events.length < EVENTS) return "short"
      return events.join() === wanted.join() ? "intact" : "altered"
    }),
  ),

  WebSocket: {
    upstream: "http",
    async run(cell) {
      cell.harm()
      cell.enter()
      const { ca } = certificates()
      const socket = await connectWebSocket(`${cell.transport === "tls" ? "wss" : "ws"}://127.0.0.1:${cell.port}/`, {
        closeTimeout: 0.01,
        tls: { ca: ca.cert },
      })
      try {
        for (let echo = 0; echo < ECHOES; echo += 1) {
          const message = `${echo}`.repeat(1024)
          await socket.send(message)
          const received = await socket.receive()
          if (received !== message) return "altered"
        }
        return "intact"
      } finally {
        await asyncio.shield(asyncio.createTask(async () => void (await socket.close())))
      }
    },
  },
}

function open(cell: Cell): asyncio.Coroutine<asyncio.Stream> {
  const { ca } = certificates()
  return asyncio.openConnection("127.0.0.1", cell.port, cell.transport === "tls" ? { ssl: { ca: ca.cert } } : {})
}

/** The connection is given up at the end, whatever that was. */
async function using<T>([reader, writer]: asyncio.Stream, body: (reader: asyncio.StreamReader, writer: asyncio.StreamWriter) => Promise<T>): Promise<T> {
  try {
    return await body(reader, writer)
  } finally {
    writer.transport.abort()
  }
}

async function greeting(cell: Cell): Promise<Outcome> {
  cell.harm()
  return await using(await open(cell), async (reader, writer) => {
    writer.write("HELLO\n")
    cell.enter()
    return compare(await reader.readUntil("\n"), Buffer.from("WELCOME\n"))
  })
}

async function tlsHandshake(cell: Cell): Promise<Outcome> {
  const loop = asyncio.getRunningLoop()
  const [plain, protocol] = await loop.createConnection(() => new asyncio.Protocol(), "127.0.0.1", cell.port)
  cell.harm()
  cell.enter()
  const secured = await loop.startTls(plain, protocol, { ca: certificates().ca.cert })
  secured.abort()
  return "intact"
}

function reading(read: (reader: asyncio.StreamReader) => Promise<Buffer>): FaultOperation {
  return {
    upstream: "lines",
    run: async (cell) =>
      await using(await open(cell), async (reader, writer) => {
        cell.harm()
        writer.write("DOCUMENT\n")
        cell.enter()
        return compare(await read(reader), DOCUMENT)
      }),
  }
}

function writing(bytes: Buffer, write: (writer: asyncio.StreamWriter, bytes: Buffer) => Promise<void>): FaultOperation {
  return {
    upstream: "lines",
    run: async (cell) =>
      await using(await open(cell), async (reader, writer) => {
        cell.harm()
        writer.write(`TAKE ${bytes.length}\n`)
        cell.enter()
        await write(writer, bytes)
        const reply = String(await reader.readLine())
        if (!reply.endsWith("\n")) return "short"
        return reply === `OK ${digest(bytes)}\n` ? "intact" : "altered"
      }),
  }
}

function requesting(request: (client: Client) => PromiseLike<Outcome>): FaultOperation {
  return {
    upstream: "http",
    async run(cell) {
      const client = new Client({
        baseUrl: `${cell.transport === "tls" ? "https" : "http"}://127.0.0.1:${cell.port}`,
        ca: certificates().ca.cert,
      })
      cell.harm()
      cell.enter()
      try {
        return await request(client)
      } finally {
        await asyncio.shield(asyncio.createTask(client.close()))
      }
    },
  }
}

function compare(received: Buffer, sent: Buffer): Outcome {
  if (received.length < sent.length) return "short"
  return received.equals(sent) ? "intact" : "altered"
}
