/** `for await` over what arrives bit by bit: a queue, results in the order of arrival, a generator. */
import * as asyncio from "asyncio-ts"

async function fill(queue: asyncio.Queue<string>): Promise<void> {
  for (const order of ["Masala", "Green", "Ginger"]) {
    await asyncio.sleep(1)
    await queue.put(order)
  }
  queue.shutdown() // ends the iteration
}

const fetchPage = asyncio.coroutine("fetchPage", async (page: number) => {
  await asyncio.sleep(4 - page)
  return `page ${page}`
})

async function* countdown(from: number): AsyncGenerator<number> {
  for (let number = from; number > 0; number -= 1) {
    await asyncio.sleep(1)
    yield number
  }
}

async function main(): Promise<void> {
  const queue = new asyncio.Queue<string>()
  asyncio.createTask(() => fill(queue))
  for await (const order of queue) console.log(`order: ${order}`)

  const pages = [1, 2, 3].map(fetchPage)
  for await (const done of asyncio.asCompleted(pages)) console.log(`arrived: ${done.result()}`)

  for await (const number of countdown(3)) console.log(`${number}...`)
}

await asyncio.run(main)
