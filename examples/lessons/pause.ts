/** `await` pauses a coroutine; after two seconds it goes on where it was. */
import * as asyncio from "asyncio-ts"

const main = asyncio.coroutine("main", async () => {
  console.log("1: Starting")
  await asyncio.sleep(2)
  console.log("2: Done waiting")
})

await asyncio.run(main())
