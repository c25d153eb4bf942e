/** One wait alone is not faster: there is nothing to overlap it with. */
import * as asyncio from "asyncio-ts"

const fetchReport = asyncio.coroutine("fetchReport", () => asyncio.sleep(1, "the report"))

async function main(): Promise<void> {
  const loop = asyncio.getRunningLoop()
  let start = loop.time()
  await fetchReport()
  console.log(`awaited: ${(loop.time() - start).toFixed(1)}s`)

  start = loop.time()
  await asyncio.gather([fetchReport()])
  console.log(`gathered: ${(loop.time() - start).toFixed(1)}s`)
}

await asyncio.run(main)
