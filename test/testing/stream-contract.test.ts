import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, test } from "node:test"
import * as asyncio from "asyncio-ts"
import { memoryStreams, runVirtual, streamContract, type StreamEnd, type StreamPair } from "asyncio-ts/testing"
import { certificates } from "../support/certificates.ts"
import { needs } from "../support/needs.ts"

const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-contract-"))
process.once("exit", () => rmSync(folder, { recursive: true, force: true }))

/** What both ends of a connection to `server` are. */
async function joined(
  start: (client: asyncio.ClientConnected) => PromiseLike<asyncio.Server>,
  open: (server: asyncio.Server) => PromiseLike<asyncio.Stream>,
): Promise<StreamPair> {
  const accepted = new asyncio.Future<StreamEnd>()
  const server = await start((reader, writer) => accepted.setResult({ reader, writer }))
  const [reader, writer] = await open(server)
  const there = await accepted
  return {
    writer,
    reader: there.reader,
    back: { writer: there.writer, reader },
    close: async () => {
      server.close()
      await server.waitClosed()
    },
  }
}

function portOf(server: asyncio.Server): number {
  return Number(server.sockets[0]?.getsockname()?.[1])
}

describe("the stream contract is kept over TCP", () => {
  const makePair = (): Promise<StreamPair> =>
    joined(
      (client) => asyncio.startServer(client, "127.0.0.1", 0),
      (server) => asyncio.openConnection("127.0.0.1", portOf(server)),
    )
  for (const { name, check } of streamContract(makePair, { kind: "half-closeable" })) test(name, () => asyncio.run(check))
})

describe("the stream contract is kept over TLS", { skip: needs("openssl", "openssl") }, () => {
  const { ca, server: own } = certificates()
  const makePair = (): Promise<StreamPair> =>
    joined(
      (client) => asyncio.startServer(client, "127.0.0.1", 0, { ssl: { cert: own.cert, key: own.key } }),
      (server) => asyncio.openConnection("127.0.0.1", portOf(server), { ssl: { ca: ca.cert } }),
    )
  for (const { name, check } of streamContract(makePair, { kind: "two-way" })) test(name, () => asyncio.run(check))
})

describe("the stream contract is kept over a Unix socket", () => {
  let count = 0
  const makePair = (): Promise<StreamPair> => {
    count += 1
    const path = join(folder, `${count}.sock`)
    return joined(
      (client) => asyncio.startUnixServer(client, path),
      () => asyncio.openUnixConnection(path),
    )
  }
  for (const { name, check } of streamContract(makePair, { kind: "half-closeable" })) test(name, () => asyncio.run(check))
})

describe("the stream contract is kept in memory", () => {
  const makePair = (): StreamPair => {
    const [left, right] = memoryStreams()
    return { writer: left.writer, reader: right.reader, back: { writer: right.writer, reader: left.reader } }
  }
  for (const { name, check } of streamContract(makePair, { kind: "half-closeable" })) test(name, () => runVirtual(check))
})
