/** Three tills that share a drawer, of which the first never gives it back. */
import * as asyncio from "asyncio-ts"

const drawer = new asyncio.Lock({ name: "drawer" })

const till = asyncio.coroutine("till", async () => {
  await asyncio.sleep(0.01)
  // The line that tells what the others wait for.
  await drawer.run(async () => {
    console.log("ready")
    await asyncio.sleep(3600)
  })
})

await asyncio.run(async () => {
  await asyncio.gather([0, 1, 2].map((number) => asyncio.createTask(till(), { name: `till-${number}` })))
})
