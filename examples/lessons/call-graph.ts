/** Who waits for whom, and where: stacks and the call graph of tasks that wait. */
import * as asyncio from "asyncio-ts"

const fetchPrices = asyncio.coroutine("fetchPrices", async () => {
  await asyncio.sleep(2)
  return [2, 3]
})

const total = asyncio.coroutine("total", async () => {
  let sum = 0
  for (const price of await fetchPrices()) sum += price
  return sum
})

const report = asyncio.coroutine("report", async (order: asyncio.Task<number>) => {
  console.log(`The order costs ${await order}.`)
})

async function main(): Promise<void> {
  const order = asyncio.createTask(total(), { name: "order" })
  const bill = asyncio.createTask(report(order), { name: "bill" })
  await asyncio.sleep(1)

  for (const { name, place } of order.getStack()) console.log(`${name} waits ${place}`)
  console.log(asyncio.formatCallGraph(order))
  await bill
}

await asyncio.run(main, { name: "main", debug: true })
