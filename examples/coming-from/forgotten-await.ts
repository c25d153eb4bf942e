/** A coroutine that nobody awaits does not run, and the program says so when it ends. */
import * as asyncio from "asyncio-ts"

const save = asyncio.coroutine("save", async (order: string) => {
  await asyncio.sleep(1)
  console.log(`saved: ${order}`)
})

await asyncio.run(async () => {
  void save("tea for two") // the await is missing
  console.log("all is saved")
})
