import * as asyncio from "asyncio-ts"

/** Takes a second. */
export type Prepare = (order: string) => asyncio.Coroutine<string>

/** Gives how many orders were prepared. */
export async function main(prepare: Prepare, orders: readonly string[]): Promise<number> {
  const queue = new asyncio.Queue<string>(0, { name: "orders" })
  let prepared = 0
  const cook = async (): Promise<void> => {
    for await (const order of queue) {
      await prepare(order)
      prepared += 1
    }
  }
  const cooks = ["one", "two", "three"].map((name) => asyncio.createTask(cook, { name }))
  for (const order of orders) await queue.put(order)
  queue.shutdown()
  await asyncio.gather(cooks)
  return prepared
}
