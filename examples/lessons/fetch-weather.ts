/** An HTTP client that is closed whatever happens, and JSON with a type. */
import * as asyncio from "asyncio-ts"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

interface Weather {
  city: string
  celsius: number
}

class Client {
  readonly #base: string

  constructor(base: string) {
    this.#base = base
  }

  /** Opens the client, runs `body` with it, and closes it, also after an error. */
  async run<T>(body: (client: this) => Promise<T>): Promise<T> {
    console.log("client open")
    try {
      return await body(this)
    } finally {
      console.log("client closed")
    }
  }

  async getJson<T>(path: string): Promise<T> {
    const response = await fetch(this.#base + path)
    if (!response.ok) throw new Error(`${path}: ${response.status} ${response.statusText}`)
    return (await response.json()) as T
  }
}

const fetchWeather = asyncio.coroutine("fetchWeather", (base: string, city: string) =>
  new Client(base).run((client) => client.getJson<Weather>(`/weather/${city}`)),
)

async function main(): Promise<void> {
  await withServer(async (base) => {
    const weather = await fetchWeather(base, "London")
    console.log(`${weather.city}: ${weather.celsius} °C`)
    await fetchWeather(base, "Atlantis").catch((error: Error) => console.log(error.message))
  })
}

/** A weather service of our own, so that no network is needed; it knows one city. */
async function withServer(body: (base: string) => Promise<void>): Promise<void> {
  const server = createServer((request, response) => {
    if (request.url === "/weather/London") response.end(JSON.stringify({ city: "London", celsius: 11 }))
    else response.writeHead(404).end()
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  try {
    await body(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

await asyncio.run(main)
