/** Calling a coroutine function runs nothing: it gives a coroutine, which runs when it is awaited or scheduled. */
import * as asyncio from "asyncio-ts"

const fetchUser = asyncio.coroutine("fetchUser", async (id: number) => {
  console.log(`  fetching user ${id}`)
  await asyncio.sleep(1)
  return `User ${id}`
})

async function main(): Promise<void> {
  const first = fetchUser(1)
  const second = fetchUser(2)
  console.log("called, and nothing has happened")
  console.log(first, asyncio.isCoroutine(first))

  console.log("awaited:")
  console.log(await first)

  console.log("scheduled:")
  const task = asyncio.createTask(second, { name: "second" })
  console.log(task)
  console.log(await task)

  console.log("looked at again, it does not run again:")
  console.log(await first)
}

await asyncio.run(main)
