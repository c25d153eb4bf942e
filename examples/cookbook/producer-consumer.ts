/** A producer that is held up when consumers are slow, and consumers that end when there is no more. */
import * as asyncio from "asyncio-ts"

let began = 0
/** How long the program has run. */
const now = (): string => `${(asyncio.getRunningLoop().time() - began).toFixed(1)} s`

const produce = asyncio.coroutine("produce", async (orders: asyncio.Queue<string>) => {
  for (const tea of ["masala", "oolong", "sencha", "green", "mint"]) {
    await orders.put(tea) // waits while the queue is full
    console.log(`${now()}: ordered ${tea}`)
  }
  orders.shutdown()
})

const consume = asyncio.coroutine("consume", async (name: string, orders: asyncio.Queue<string>) => {
  for await (const tea of orders) {
    await asyncio.sleep(2)
    console.log(`${now()}: ${name} served ${tea}`)
  }
  console.log(`${now()}: ${name} goes home`)
})

await asyncio.run(async () => {
  began = asyncio.getRunningLoop().time()
  const orders = new asyncio.Queue<string>(1)
  await new asyncio.TaskGroup().run((group) => {
    group.createTask(produce(orders))
    for (const name of ["Asha", "Ben"]) group.createTask(consume(name, orders))
  })
  console.log("closed")
})
