/** As in production: one client, three URLs, a limit, a timeout, and errors that are kept apart. */
import * as asyncio from "asyncio-ts"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

const TIMEOUT = 1

class Client {
  readonly #places = new asyncio.Semaphore(10)

  /** The text at `url`. A request that is cancelled, or takes too long, is ended on the wire as well. */
  async get(url: string): Promise<string> {
    return this.#places.run(() => asyncio.timeout(TIMEOUT).run(() => this.#get(url)))
  }

  async #get(url: string): Promise<string> {
    const signal = asyncio.currentTask()?.signal as AbortSignal
    const response = await fetch(url, { signal })
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`)
    return response.text()
  }
}

async function main(): Promise<void> {
  await withServer(async (base) => {
    const client = new Client()
    const paths = ["/users", "/broken", "/slow"]
    const results = await asyncio.gather(
      paths.map((path) => () => client.get(base + path)),
      { returnExceptions: true },
    )
    for (const [index, result] of results.entries()) {
      console.log(`${paths[index]}: ${result instanceof Error ? `${result.name} ${result.message}` : result}`.trim())
    }
  })
}

/** A server of our own, so that no network is needed. It never answers `/slow`. */
async function withServer(body: (base: string) => Promise<void>): Promise<void> {
  const leftAlone = new asyncio.Event()
  const server = createServer((request, response) => {
    if (request.url === "/users") response.end("Alice, Bob")
    if (request.url === "/broken") response.writeHead(500).end()
    if (request.url === "/slow") request.on("close", () => leftAlone.set())
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  try {
    await body(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    await leftAlone.wait()
    console.log("the server is told that nobody waits")
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

await asyncio.run(main)
