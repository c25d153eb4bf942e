/** `run` starts a whole program: not a promise, and not inside another. */
import * as asyncio from "asyncio-ts"

const fetchUser = asyncio.coroutine("fetchUser", async (id: number) => {
  await asyncio.sleep(1)
  return `User ${id}`
})

try {
  // @ts-expect-error -- the compiler sees it too: what run gives is a promise
  await asyncio.run(asyncio.run(fetchUser(1)))
} catch (error) {
  console.log(String(error))
}

async function main(): Promise<void> {
  try {
    await asyncio.run(fetchUser(2))
  } catch (error) {
    console.log(String(error))
  }
  console.log(await fetchUser(3)) // what to do instead
}

await asyncio.run(main, { name: "main" })
