/** This package: streams as its documentation would write them. */

import * as asyncio from "asyncio-ts"
import { connections, connectIdle, line } from "./sockets.ts"
import type { Programs } from "./program.ts"

export const programs: Programs = {
  "tcp-echo": (size) =>
    asyncio.run(async () => {
      const server = await asyncio.startServer(answer, "127.0.0.1", 0)
      const counts = await asyncio.gather(Array.from({ length: connections }, () => asyncio.createTask(() => echo(portOf(server), size))))
      server.close()
      await server.waitClosed()
      return counts.reduce((sum, count) => sum + count, 0)
    }),

  "idle-connections": (size) =>
    asyncio.run(async () => {
      const server = await asyncio.startServer(answer, "127.0.0.1", 0, { backlog: 10_000 })
      const answered = await asyncio.wrapFuture(connectIdle(portOf(server), size))
      server.close()
      await server.waitClosed()
      return answered
    }),
}

async function answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter): Promise<void> {
  for await (const received of reader) {
    writer.write(received)
    await writer.drain()
  }
  writer.close()
}

async function echo(port: number, times: number): Promise<number> {
  const [reader, writer] = await asyncio.openConnection("127.0.0.1", port)
  let done = 0
  while (done < times) {
    writer.write(line)
    await writer.drain()
    const received = await reader.readLine()
    if (received.length === line.length) done += 1
  }
  writer.close()
  await writer.waitClosed()
  return done
}

function portOf(server: asyncio.Server): number {
  const [, port] = server.sockets[0]?.getsockname() ?? []
  return Number(port)
}
