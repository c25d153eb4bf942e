/** `forEach` waits for nobody; a loop waits for each in turn; `gather` for all at once. */
import * as asyncio from "asyncio-ts"

const orders = ["Masala", "Green", "Ginger"]
let served = 0

const serve = asyncio.coroutine("serve", async (_order: string) => {
  await asyncio.sleep(1)
  served += 1
})

const ways: Record<string, () => void | PromiseLike<unknown>> = {
  forEach: () => orders.forEach((order) => void asyncio.createTask(serve(order))),
  "for … of": async () => {
    for (const order of orders) await serve(order)
  },
  gather: () => asyncio.gather(orders.map(serve)),
}

async function main(): Promise<void> {
  const loop = asyncio.getRunningLoop()
  for (const [name, way] of Object.entries(ways)) {
    served = 0
    const start = loop.time()
    await way()
    console.log(`${name}: ${served} served after ${(loop.time() - start).toFixed(1)}s`)
    await asyncio.sleep(5) // those of forEach come to their end
  }
}

await asyncio.run(main)
