/**
 * Passes TCP connections on to another address, and says how much went through.
 *
 *     node --conditions=asyncio-ts:source examples/network/tcp-proxy.ts LISTEN_PORT HOST PORT
 */
import * as asyncio from "asyncio-ts"
import { pathToFileURL } from "node:url"

const CHUNK = 64 * 1024
const CONNECT_SECONDS = 5

/** Copies one direction to its end, and passes the end on; the other may go on. */
async function pump(from: asyncio.StreamReader, to: asyncio.StreamWriter): Promise<number> {
  let bytes = 0
  for (let chunk = await from.read(CHUNK); chunk.length > 0; chunk = await from.read(CHUNK)) {
    to.write(chunk)
    await to.drain() // a slow reader slows its sender, and the memory stays small
    bytes += chunk.length
  }
  if (to.canWriteEof()) to.writeEof()
  return bytes
}

export function startProxy(listenPort: number, host: string, port: number, log: (line: string) => void): asyncio.Coroutine<asyncio.Server> {
  const pass = asyncio.coroutine(async function pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) {
    const peer = String(writer.getExtraInfo("peername", "?"))
    try {
      const [upReader, upWriter] = await asyncio.waitFor(asyncio.openConnection(host, port), CONNECT_SECONDS)
      try {
        const [sent, received] = await asyncio.gather([pump(reader, upWriter), pump(upReader, writer)])
        log(`${peer}: ${sent} bytes there, ${received} back`)
      } finally {
        upWriter.close()
      }
    } catch (error) {
      if (!(error instanceof asyncio.OSError || error instanceof asyncio.TimeoutError)) throw error
      log(`${peer}: ${error.message}`)
    } finally {
      writer.close()
    }
  })
  return asyncio.startServer(pass, "127.0.0.1", listenPort)
}

async function main(): Promise<void> {
  const [listenPort = 0, host = "127.0.0.1", port = 80] = process.argv.slice(2)
  const proxy = await startProxy(Number(listenPort), host, Number(port), (line) => console.log(line))
  const [, own] = proxy.sockets[0]?.getsockname() ?? []
  console.log(`127.0.0.1:${own} leads to ${host}:${port}; Ctrl-C ends it`)
  await proxy.serveForever()
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await asyncio.run(main).catch((error: unknown) => {
    if (!(error instanceof asyncio.KeyboardInterrupt)) throw error
  })
}
