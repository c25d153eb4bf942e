import * as asyncio from "asyncio-ts"

/** A service that answers each line a while later. */
async function serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter): Promise<void> {
  for await (const line of reader) {
    await asyncio.sleep(0.3)
    writer.write(line)
    await writer.drain()
  }
}

export async function main(): Promise<void> {
  const server = await asyncio.startServer(serve, "127.0.0.1", 0)
  const [, port] = server.sockets[0]?.getsockname() ?? []
  const [reader, writer] = await asyncio.openConnection("127.0.0.1", Number(port))
  for (const question of ["prices", "stock", "reviews"]) {
    writer.write(`${question}\n`)
    await reader.readLine()
  }
  writer.close()
  await writer.waitClosed()
  server.close()
}
