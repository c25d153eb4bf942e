/** One waiter, ten tables, each deciding for two minutes: waiting at the table or not. */
import * as asyncio from "asyncio-ts"

const MINUTE = 0.1 // seconds that a minute takes here
const tables = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

const order = asyncio.coroutine("order", async (table: number) => {
  await asyncio.sleep(2 * MINUTE) // they read the menu
  return `table ${table}: two chais`
})

/** The waiter stands beside each table until it has decided. */
async function inTurn(): Promise<string[]> {
  const orders = []
  for (const table of tables) orders.push(await order(table))
  return orders
}

/** The waiter hands out all menus, and comes back to whoever has decided. */
async function together(): Promise<string[]> {
  return asyncio.gather(tables.map(order))
}

async function main(): Promise<void> {
  const loop = asyncio.getRunningLoop()
  const minutesOf = async (work: () => Promise<string[]>): Promise<string> => {
    const start = loop.time()
    const orders = await work()
    return `${orders.length} orders in ${((loop.time() - start) / MINUTE).toFixed(1)} minutes`
  }
  console.log(`One after the other: ${await minutesOf(inTurn)}`)
  console.log(`All at once: ${await minutesOf(together)}`)
}

await asyncio.run(main)
