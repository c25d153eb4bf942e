/** `await` is where a coroutine pauses, and only there: the others run meanwhile. */
import * as asyncio from "asyncio-ts"

const cook = asyncio.coroutine("cook", async (dish: string, seconds: number) => {
  const loop = asyncio.getRunningLoop()
  const start = loop.time()
  console.log(`${dish}: on the stove`)
  console.log(`${dish}: still my turn, since I have not awaited`)
  await asyncio.sleep(seconds)
  console.log(`${dish}: done after ${(loop.time() - start).toFixed(1)}s`)
  return seconds
})

async function main(): Promise<void> {
  const loop = asyncio.getRunningLoop()
  const start = loop.time()
  const times = await asyncio.gather([cook("rice", 2), cook("dal", 1)])
  const sum = times.reduce((total, seconds) => total + seconds, 0)
  console.log(`Both took ${(loop.time() - start).toFixed(1)}s: the longest wait, not the sum of ${sum.toFixed(1)}s.`)
}

await asyncio.run(main)
