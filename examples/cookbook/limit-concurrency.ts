/** At most three at a time: of one list by `limit`, of what several parts of a program start by a semaphore. */
import * as asyncio from "asyncio-ts"

let open = 0
let most = 0

const fetchPage = asyncio.coroutine("fetchPage", async (page: number) => {
  open += 1
  most = Math.max(most, open)
  await asyncio.sleep(1)
  open -= 1
  return `page ${page}`
})

async function main(): Promise<void> {
  const loop = asyncio.getRunningLoop()
  const began = loop.time()
  const pages = [1, 2, 3, 4, 5, 6, 7]

  const texts = await asyncio.gather(pages.map((page) => fetchPage(page)), { limit: 3 })
  console.log(`${texts.length} pages, ${most} at a time, after ${(loop.time() - began).toFixed(1)} s`)

  const slots = new asyncio.Semaphore(3, { name: "connections" })
  const polite = (page: number): asyncio.Coroutine<string> => slots.run(() => fetchPage(page))
  most = 0
  await asyncio.gather([asyncio.gather(pages.map(polite)), asyncio.gather([8, 9].map(polite))])
  console.log(`two lists, ${most} at a time, after ${(loop.time() - began).toFixed(1)} s`)
}

await asyncio.run(main)
