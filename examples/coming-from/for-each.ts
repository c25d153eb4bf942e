/** `gather` begins them together, and gives what each came to. */
import * as asyncio from "asyncio-ts"

const look = asyncio.coroutine("look", async (price: number) => {
  await asyncio.sleep(price)
  return price
})

const found = await asyncio.run(() => asyncio.gather([3, 1, 2].map((price) => look(price))))
console.log(`total: ${found.reduce((sum, price) => sum + price, 0)}`)
