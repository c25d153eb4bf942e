/** Two services, of which one asks the other: the time that is left travels with the request. */
import * as asyncio from "asyncio-ts"
import { once } from "node:events"
import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"

/** Seconds that each service keeps for its own answer. */
const RESERVE = 0.2

const call = asyncio.coroutine("call", async (url: string, secondsLeft: number) => {
  const response = await fetch(url, { headers: { "seconds-left": secondsLeft.toFixed(1) } })
  return `${response.status} ${await response.text()}`
})

/** Looks into the storeroom, which takes a second. */
async function stock(secondsLeft: number): Promise<string> {
  console.log(`  stock: ${secondsLeft.toFixed(1)} s left`)
  return asyncio.timeout(secondsLeft - RESERVE).run(() => asyncio.sleep(1, "12 cups"))
}

/** Asks the stock, within the time that it was given itself. */
function orders(stockUrl: string): Service {
  return async (secondsLeft) => {
    console.log(`  orders: ${secondsLeft.toFixed(1)} s left`)
    const answer = await call(stockUrl, secondsLeft - RESERVE)
    if (!answer.startsWith("200")) throw new Error(`the stock says ${answer}`)
    return `ordered: ${answer}`
  }
}

async function main(): Promise<void> {
  await withService(stock, async (stockUrl) => {
    await withService(orders(stockUrl), async (ordersUrl) => {
      console.log(await call(ordersUrl, 3))
      console.log(await call(ordersUrl, 0.9))
    })
  })
}

type Service = (secondsLeft: number) => Promise<string>

/** Answers each request in a task of its own, with 504 when there is no answer in time. */
async function withService(service: Service, body: (url: string) => Promise<void>): Promise<void> {
  const answer = async (request: IncomingMessage): Promise<[status: number, text: string]> => {
    try {
      return [200, await service(Number(request.headers["seconds-left"]))]
    } catch (error) {
      if (error instanceof asyncio.CancelledError) throw error
      return [504, String(error)]
    }
  }
  const server = createServer((request, response) => {
    asyncio.createTask(async () => {
      const [status, text] = await answer(request)
      response.writeHead(status).end(text)
    })
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
