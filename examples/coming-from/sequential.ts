/** The same calls in turn and together: nothing begins before one says so. */
import * as asyncio from "asyncio-ts"

const fetchPart = asyncio.coroutine("fetchPart", async (name: string, seconds: number) => {
  await asyncio.sleep(seconds)
  return name
})

async function main(): Promise<void> {
  const loop = asyncio.getRunningLoop()
  const parts = () => [fetchPart("head", 1), fetchPart("body", 2), fetchPart("foot", 1)]

  let from = loop.time()
  const page: string[] = []
  for (const part of parts()) page.push(await part)
  console.log(`${page.join(", ")}: ${(loop.time() - from).toFixed(1)} s, one after the other`)

  from = loop.time()
  console.log(`${(await asyncio.gather(parts())).join(", ")}: ${(loop.time() - from).toFixed(1)} s, together`)
}

await asyncio.run(main)
