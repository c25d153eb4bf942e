/** Only what may be done twice is tried again, a limited number of times, and never after a cancellation. */
import * as asyncio from "asyncio-ts"

class Unavailable extends Error {}

let asked = 0

const ask = asyncio.coroutine("ask", async () => {
  asked += 1
  await asyncio.sleep(0.1)
  if (asked < 3) throw new Unavailable(`attempt ${asked}`)
  return "an answer"
})

const retried = asyncio.coroutine("retried", async (attempts: number) => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof Unavailable) || attempt === attempts) throw error
      const delay = 2 ** (attempt - 1)
      console.log(`${error.message} failed, again in ${delay}s`)
      await asyncio.sleep(delay)
    }
  }
})

async function main(): Promise<void> {
  const loop = asyncio.getRunningLoop()
  const start = loop.time()
  const answer = await asyncio.timeout(10).run(() => retried(5))
  console.log(`${answer} after ${(loop.time() - start).toFixed(1)}s`)
}

await asyncio.run(main)
