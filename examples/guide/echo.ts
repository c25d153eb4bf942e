/** A server and two clients at a time; each connection has a task of its own. */
import * as asyncio from "asyncio-ts"

async function serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter): Promise<void> {
  try {
    for await (const line of reader) {
      writer.write(String(line).toUpperCase())
      await writer.drain()
    }
  } finally {
    writer.close()
    await writer.waitClosed()
  }
}

const shout = asyncio.coroutine("shout", async (port: number, word: string) => {
  const [reader, writer] = await asyncio.openConnection("127.0.0.1", port)
  try {
    writer.write(`${word}\n`)
    return String(await reader.readLine()).trim()
  } finally {
    writer.close()
    await writer.waitClosed()
  }
})

async function main(): Promise<void> {
  const server = await asyncio.startServer(serve, "127.0.0.1", 0)
  const [, port] = server.sockets[0]?.getsockname() ?? []
  console.log(await asyncio.gather([shout(Number(port), "masala"), shout(Number(port), "green")]))
  server.close()
  await server.waitClosed()
}

await asyncio.run(main)
