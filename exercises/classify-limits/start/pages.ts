import * as asyncio from "asyncio-ts"

async function serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter): Promise<void> {
  for await (const line of reader) {
    await asyncio.sleep(0.2)
    writer.write(line)
    await writer.drain()
  }
}

export async function main(): Promise<void> {
  const server = await asyncio.startServer(serve, "127.0.0.1", 0)
  const [, port] = server.sockets[0]?.getsockname() ?? []
  const visit = async (): Promise<void> => {
    const [reader, writer] = await asyncio.openConnection("127.0.0.1", Number(port))
    for (const page of ["first", "second", "third", "fourth"]) {
      writer.write(`${page}\n`)
      await reader.readLine()
    }
    writer.close()
    await writer.waitClosed()
  }
  await asyncio.gather([visit, visit])
  server.close()
}
