import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { memoryStreams, streamContract, type StreamPair } from "asyncio-ts/testing"
import { virtual } from "../support/virtual.ts"

virtual("what one end writes the other reads, both ways, and a virtual clock moves on while somebody waits", async () => {
  const [client, server] = memoryStreams()
  const reply = asyncio.createTask(async () => {
    const line = String(await server.reader.readLine())
    await asyncio.sleep(3600)
    server.writer.write(line.toUpperCase())
    server.writer.close()
  })
  client.writer.write("tea, please\n")
  assert.equal(String(await client.reader.readLine()), "TEA, PLEASE\n")
  assert.equal((await client.reader.read()).length, 0)
  await reply
})

virtual("the limit is that of both readers", async () => {
  const [client, server] = memoryStreams({ limit: 4 })
  client.writer.write("no room\n")
  await assert.rejects(async () => server.reader.readUntil("\n"), asyncio.LimitOverrunError)
})

virtual("an end that loses bytes breaks the contract, which says what was broken", async () => {
  const makePair = (): StreamPair => {
    const [left, right] = memoryStreams()
    const { writer } = left
    const write = writer.write.bind(writer)
    writer.write = (data) => write(data.slice(1))
    return { writer, reader: right.reader }
  }
  const broken: string[] = []
  for (const { name, check } of streamContract(makePair, { kind: "one-way", patience: 1 })) {
    await check().catch((error: unknown) => broken.push(`${name}: ${String(error)}`))
  }
  assert.ok(broken.length > 0)
  for (const problem of broken) assert.match(problem, /contract is broken|broken after 1 s of waiting|IncompleteReadError/)
})
