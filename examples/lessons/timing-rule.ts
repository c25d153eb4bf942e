/** The timing rule: concurrent waits take as long as the longest of them. */
import * as asyncio from "asyncio-ts"

const plans = [
  [1, 1, 1],
  [1, 2, 1.5],
  [0.1, 0.2, 3],
]

async function secondsOf(work: () => PromiseLike<unknown>): Promise<string> {
  const loop = asyncio.getRunningLoop()
  const start = loop.time()
  await work()
  return `${(loop.time() - start).toFixed(1)}s`
}

async function main(): Promise<void> {
  for (const delays of plans) {
    const inTurn = await secondsOf(async () => {
      for (const delay of delays) await asyncio.sleep(delay)
    })
    const together = await secondsOf(() => asyncio.gather(delays.map((delay) => asyncio.sleep(delay))))
    const longest = Math.max(...delays)
    console.log(`${delays.join(" + ")}: in turn ${inTurn}, together ${together}, the longest ${longest.toFixed(1)}s`)
  }
}

await asyncio.run(main)
