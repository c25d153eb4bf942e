/** A task is a coroutine that runs in the background, concurrently with whoever made it. */
import * as asyncio from "asyncio-ts"

const brew = asyncio.coroutine("brew", async (kind: string, seconds: number) => {
  console.log(`${kind} begins`)
  await asyncio.sleep(seconds)
  console.log(`${kind} ends`)
  return `a cup of ${kind}`
})

async function main(): Promise<void> {
  const loop = asyncio.getRunningLoop()
  const start = loop.time()
  const masala = asyncio.createTask(brew("Masala", 2), { name: "masala" })
  console.log("made, and it begins when I await something")

  await brew("Green", 1) // runs here, while masala runs in the background
  console.log(`masala is done: ${masala.done()}`)

  console.log(await masala)
  console.log(`masala is done: ${masala.done()}, after ${(loop.time() - start).toFixed(1)}s`)
}

await asyncio.run(main)
