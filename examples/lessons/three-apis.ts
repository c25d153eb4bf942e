/** Three simulated APIs: asked together, they take as long as the slowest one. */
import * as asyncio from "asyncio-ts"

const fetchData = asyncio.coroutine("fetchData", async (api: string, delay: number) => {
  console.log(`[${api}] Fetching... (will take ${delay}s)`)
  await asyncio.sleep(delay)
  console.log(`[${api}] Done!`)
  return `Data from ${api}`
})

async function main(): Promise<void> {
  const loop = asyncio.getRunningLoop()
  const start = loop.time()
  const results = await asyncio.gather([fetchData("API1", 1), fetchData("API2", 2), fetchData("API3", 1.5)])
  const seconds = loop.time() - start

  const list = results.map((result) => `'${result}'`).join(", ")
  console.log(`All results: [${list}]`)
  console.log(`It took ${seconds.toFixed(1)}s instead of 4.5s.`)
}

await asyncio.run(main)
