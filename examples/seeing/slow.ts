/**
 * A page of a tea shop that takes too long: why, tells `npx asyncio-ts doctor examples/seeing/slow.ts`.
 *
 * The shop asks three services for each page, here a small server in the same program.
 */
import * as asyncio from "asyncio-ts"

/** What the services take to answer, in seconds. */
const TAKES = { prices: 0.2, stock: 0.15, reviews: 0.29 }

type Service = keyof typeof TAKES

async function serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter): Promise<void> {
  const service = (await reader.readLine()).toString().trim() as Service // only `ask` writes to it
  await asyncio.sleep(TAKES[service])
  writer.write(`the ${service}\n`)
  await writer.drain()
  writer.close()
}

async function ask(service: Service, port: number): Promise<string> {
  const [reader, writer] = await asyncio.openConnection("127.0.0.1", port)
  writer.write(`${service}\n`)
  const answer = await reader.readLine()
  writer.close()
  return answer.toString().trim()
}

async function page(port: number): Promise<string> {
  const prices = await ask("prices", port)
  const stock = await ask("stock", port)
  const reviews = await ask("reviews", port)
  return [prices, stock, reviews].join(", ")
}

async function main(): Promise<void> {
  const server = await asyncio.startServer(serve, "127.0.0.1", 0)
  const [, port] = server.sockets[0]?.getsockname() ?? []
  console.log(`the page shows ${await page(Number(port))}`)
  server.close()
}

await asyncio.run(main)
