/** Brewing chai takes two seconds, of which none is work. */
import * as asyncio from "asyncio-ts"

const brewChai = asyncio.coroutine("brewChai", async () => {
  console.log("Brewing chai...")
  await asyncio.sleep(2)
  console.log("Chai is ready.")
})

await asyncio.run(brewChai())
