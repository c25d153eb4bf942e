/** Fan-out and fan-in: three workers take from one queue, and one task collects what they found. */
import * as asyncio from "asyncio-ts"

interface Found {
  readonly shop: string
  readonly price: number
}

const look = asyncio.coroutine("look", async (shops: asyncio.Queue<string>, found: asyncio.Queue<Found>) => {
  for await (const shop of shops) {
    await asyncio.sleep(shop.length / 10)
    await found.put({ shop, price: shop.length })
  }
})

const best = asyncio.coroutine("best", async (found: asyncio.Queue<Found>) => {
  let cheapest: Found | undefined
  for await (const offer of found) {
    console.log(`${offer.shop}: ${offer.price} €`)
    if (cheapest === undefined || offer.price < cheapest.price) cheapest = offer
  }
  return cheapest
})

await asyncio.run(async () => {
  const shops = new asyncio.Queue<string>()
  const found = new asyncio.Queue<Found>(10)
  for (const shop of ["north", "south gate", "west", "old harbour", "mill"]) shops.putNowait(shop)
  shops.shutdown()

  const cheapest = await new asyncio.TaskGroup().run(async (group) => {
    const result = group.createTask(best(found))
    // The inner group ends when all workers have: then nothing more is found.
    await new asyncio.TaskGroup().run((workers) => {
      for (let worker = 1; worker <= 3; worker += 1) workers.createTask(look(shops, found))
    })
    found.shutdown()
    return result
  })
  console.log(`best: ${cheapest?.shop}`)
})
