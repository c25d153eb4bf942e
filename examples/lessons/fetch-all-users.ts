/** Five users at once, of whom one does not exist: `returnExceptions` keeps the other four. */
import * as asyncio from "asyncio-ts"

interface User {
  id: number
  name: string
}

const fetchUser = asyncio.coroutine("fetchUser", async (id: number): Promise<User> => {
  console.log(`Fetching user ${id}...`)
  await asyncio.sleep(1)
  if (id === 2) throw new Error(`User ${id} not found`)
  return { id, name: `User ${id}` }
})

async function main(): Promise<void> {
  const loop = asyncio.getRunningLoop()
  const start = loop.time()
  const results = await asyncio.gather([1, 2, 3, 4, 5].map(fetchUser), { returnExceptions: true })

  const users = results.filter((result) => !(result instanceof Error))
  const errors = results.filter((result) => result instanceof Error)
  console.log(`Fetched ${users.length} users, ${errors.length} errors`)
  for (const user of users) console.log(user)
  for (const error of errors) console.log(error.message)
  console.log(`In ${(loop.time() - start).toFixed(1)}s.`)
}

await asyncio.run(main)
