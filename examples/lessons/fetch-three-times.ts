/** One session gets a two-second endpoint three times: in about two seconds. */
import * as asyncio from "asyncio-ts"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

// `fetch` keeps its connections for all that a program asks: that is the shared session.
const fetchStatus = asyncio.coroutine("fetchStatus", async (url: string) => {
  const response = await fetch(url)
  await response.text()
  console.log(`Fetched URL with status ${response.status}`)
})

async function main(): Promise<void> {
  await withServer(async (url) => {
    const loop = asyncio.getRunningLoop()
    const start = loop.time()
    await asyncio.gather([fetchStatus(url), fetchStatus(url), fetchStatus(url)])
    console.log(`Three requests took ${(loop.time() - start).toFixed(1)}s.`)
  })
}

/** A server of our own, so that no network is needed: it answers after two seconds. */
async function withServer(body: (url: string) => Promise<void>): Promise<void> {
  const server = createServer((_request, response) => setTimeout(() => response.end("hello"), 2000))
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  try {
    const { port } = server.address() as AddressInfo
    await body(`http://127.0.0.1:${port}/`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

await asyncio.run(main)
