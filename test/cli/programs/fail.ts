import * as asyncio from "asyncio-ts"

await asyncio.run(async () => {
  throw new RangeError("the pot is empty")
})
