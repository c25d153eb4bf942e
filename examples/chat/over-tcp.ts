/** The chat for `nc` and `telnet`: a line is a line. */
import * as asyncio from "asyncio-ts"
import type { Chat } from "./chat.ts"

const LONGEST_LINE = 2_000
const FAREWELL_SECONDS = 2

export function chatOverTcp(chat: Chat, host: string, port: number): asyncio.Coroutine<asyncio.Server> {
  const talk = asyncio.coroutine(async function talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) {
    try {
      await chat.converse(linesOf(reader), async (line) => {
        writer.write(`${line}\n`)
        await writer.drain()
      })
    } catch (error) {
      // A peer that has gone, or that sends no lines, is nobody's mistake here.
      if (error instanceof asyncio.LimitOverrunError) writer.write(`* a line has at most ${LONGEST_LINE} bytes\n`)
      else if (!isLoss(error)) throw error
    } finally {
      writer.close()
      // Somebody who reads nothing would keep the connection open for ever.
      const patience = asyncio.moveOnAfter(FAREWELL_SECONDS)
      await patience.run(() => writer.waitClosed().catch(() => {}))
      if (patience.expired()) writer.transport.abort()
    }
  })
  return asyncio.startServer(talk, host, port, { limit: LONGEST_LINE })
}

/** Whether an error, or all of a group of them, is that the peer has gone. */
function isLoss(error: unknown): boolean {
  return error instanceof asyncio.ExceptionGroup ? error.errors.every(isLoss) : error instanceof asyncio.ConnectionError
}

async function* linesOf(reader: asyncio.StreamReader): AsyncGenerator<string, void> {
  for await (const line of reader) yield line.toString().trim()
}
