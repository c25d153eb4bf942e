/** A slow call ends on time, and its work with it. */
import * as asyncio from "asyncio-ts"

const slowCall = asyncio.coroutine("slowCall", async (seconds: number) => {
  try {
    await asyncio.sleep(seconds)
    return "an answer"
  } catch (error) {
    console.log("  the call is told to end")
    throw error
  }
})

async function main(): Promise<void> {
  const loop = asyncio.getRunningLoop()

  console.log("timeout(1), for a body of code:")
  const start = loop.time()
  try {
    await asyncio.timeout(1).run(() => slowCall(60))
  } catch (error) {
    if (!(error instanceof asyncio.TimeoutError)) throw error
    console.log(`  ${error.name} after ${(loop.time() - start).toFixed(1)}s`)
  }

  console.log("waitFor, for one awaitable:")
  console.log(`  ${await asyncio.waitFor(slowCall(0.5), 1)}`)
  await asyncio.waitFor(slowCall(60), 1).catch((error: Error) => console.log(`  ${error.name}`))

  console.log("moveOnAfter, where being late is no error:")
  const answer = await asyncio.moveOnAfter(1).run(() => slowCall(60))
  console.log(`  ${answer ?? "nothing, and the program goes on"}`)
}

await asyncio.run(main)
