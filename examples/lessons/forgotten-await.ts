/** A coroutine that nobody awaits does nothing; asyncio says so when the program ends, and in debug mode where it was made. */
import * as asyncio from "asyncio-ts"

const fetchUser = asyncio.coroutine("fetchUser", async (id: number) => {
  console.log(`Fetching user ${id}...`)
  await asyncio.sleep(1)
})

async function main(): Promise<void> {
  console.log("before")
  void fetchUser(1) // the await is missing
  console.log("after")
}

await asyncio.run(main, { debug: true })
