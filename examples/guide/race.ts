/** A timer in `Promise.race` ends the waiting, not the work; `timeout` ends both. */
import * as asyncio from "asyncio-ts"

const download = asyncio.coroutine("download", async () => {
  try {
    await asyncio.sleep(3)
    console.log("  the download goes on to its end, for nobody")
  } finally {
    console.log("  the connection is closed")
  }
})

async function main(): Promise<void> {
  const loop = asyncio.getRunningLoop()

  console.log("Promise.race:")
  const start = loop.time()
  await Promise.race([asyncio.createTask(download()), asyncio.createTask(asyncio.sleep(1))])
  console.log(`  given up after ${(loop.time() - start).toFixed(1)}s`)
  await asyncio.sleep(3)

  console.log("timeout:")
  try {
    await asyncio.timeout(1).run(() => download())
  } catch (error) {
    if (!(error instanceof asyncio.TimeoutError)) throw error
    console.log(`  ${error.name}`)
  }
}

await asyncio.run(main)
