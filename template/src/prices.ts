/** Asks several shops at once, with a limit in time for each. */
import * as asyncio from "asyncio-ts"

export interface Shop {
  readonly name: string
  /** How long it takes to answer. */
  readonly seconds: number
  readonly price: number
}

/** Stands for a request: put your own in the place of `sleep`. */
const askShop = asyncio.coroutine("askShop", async ({ name, seconds, price }: Shop) => {
  try {
    await asyncio.sleep(seconds)
    return `${name}: ${price} €`
  } finally {
    // Runs in every case: after an answer, an error, a timeout and a cancellation.
    console.log(`${name}: the connection is closed`)
  }
})

/** One line for each shop, in the order of `shops`. A shop that takes longer than `patience` seconds is too late. */
export const prices = asyncio.coroutine("prices", async (shops: readonly Shop[], patience: number) => {
  const ask = async (shop: Shop) => (await asyncio.moveOnAfter(patience).run(() => askShop(shop))) ?? `${shop.name}: too late`
  return asyncio.gather(shops.map((shop) => () => ask(shop)), { limit: 10 })
})
