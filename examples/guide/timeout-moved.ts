/** One limit for the whole, one for each step; and a limit that is moved while it runs. */
import * as asyncio from "asyncio-ts"

const step = asyncio.coroutine("step", (seconds: number) => asyncio.sleep(seconds))

async function main(): Promise<void> {
  const loop = asyncio.getRunningLoop()

  let start = loop.time()
  try {
    await asyncio.timeout(3).run(async () => {
      for (let number = 1; number <= 5; number += 1) {
        await asyncio.timeout(2).run(() => step(1))
        console.log(`step ${number} was in time`)
      }
    })
  } catch (error) {
    if (!(error instanceof asyncio.TimeoutError)) throw error
    console.log(`${error.name} of the whole after ${(loop.time() - start).toFixed(1)}s`)
  }

  start = loop.time()
  const limit = asyncio.timeout(1)
  await limit.run(async () => {
    limit.reschedule(loop.time() + 10) // they are still talking to us
    await step(5)
  })
  console.log(`moved: done after ${(loop.time() - start).toFixed(1)}s, expired: ${limit.expired()}`)
}

await asyncio.run(main)
