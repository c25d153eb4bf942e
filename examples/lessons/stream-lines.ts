/** `for await` over a stream: the lines that a server sends, as they come. */
import * as asyncio from "asyncio-ts"

/** Tells a client what is on the menu, and hangs up. */
async function serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter): Promise<void> {
  for (const tea of ["Masala", "Green", "Ginger"]) {
    writer.write(`${tea}\n`)
    await writer.drain() // waits for a client that does not keep up
  }
  writer.close()
}

async function main(): Promise<void> {
  const server = await asyncio.startServer(serve, "127.0.0.1", 0)
  const [, port] = server.sockets[0]?.getsockname() ?? []
  const [reader, writer] = await asyncio.openConnection("127.0.0.1", Number(port))

  for await (const line of reader) console.log(`on the menu: ${String(line).trim()}`)
  console.log("that was all") // the loop ends with the stream

  writer.close()
  await writer.waitClosed()
  server.close()
  await server.waitClosed()
}

await asyncio.run(main)
