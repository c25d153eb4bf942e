import assert from "node:assert/strict"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { explore, ExplorationFailure, memoryStreams } from "asyncio-ts/testing"
import { thrownAs } from "../../support/record.ts"

describe("what is written to memory streams", () => {
  it("comes late and in pieces in some schedules, whole and in order in all", async () => {
    const pieces = new Set<string>()
    await explore(async () => {
      const [client, server] = memoryStreams()
      client.writer.write("abcd")
      client.writer.write("ef")
      client.writer.writeEof()
      const read: string[] = []
      for (let piece = await server.reader.read(100); piece.length > 0; piece = await server.reader.read(100)) read.push(String(piece))
      assert.equal(read.join(""), "abcdef")
      pieces.add(`${read.join("|")}${asyncio.getRunningLoop().time() > 0 ? " late" : ""}`)
    }, { strategy: "exhaustive" })
    for (const seen of ["abcdef", "abcdef late", "ab|cdef"]) assert.ok(pieces.has(seen), `${seen} is among ${[...pieces].join(", ")}`)
  })

  it("shows who takes one read for a whole message, and who reads the line does not", async () => {
    const program = (wholeLines: boolean) => async (): Promise<void> => {
      const [client, server] = memoryStreams()
      client.writer.write("tea, please\n")
      const order = wholeLines ? await server.reader.readLine() : await server.reader.read(100)
      assert.equal(String(order), "tea, please\n")
    }
    const found = await thrownAs(ExplorationFailure, explore(program(false)))
    assert.match(found.story, /bytes come in pieces/)
    await explore(program(true))
  })

  it("may be lost where the connection may break", async () => {
    const outcomes = new Set<string>()
    const program = (mayBreak: boolean) => async (): Promise<void> => {
      const [client, server] = memoryStreams({ mayBreak })
      client.writer.write("tea, please\n")
      try {
        outcomes.add(String(await server.reader.readLine()).trim())
      } catch (error) {
        outcomes.add(error instanceof Error ? error.name : "")
      }
    }
    await explore(program(false), { strategy: "exhaustive" })
    assert.deepEqual([...outcomes], ["tea, please"])
    await explore(program(true), { strategy: "exhaustive" })
    assert.deepEqual([...outcomes].sort(), ["ConnectionResetError", "tea, please"])
  })
})
