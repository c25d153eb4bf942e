/** Two ways to fetch a user: a function gives the user, a coroutine function something to await. */
import * as asyncio from "asyncio-ts"

interface User {
  id: number
  name: string
}

function getUser(id: number): User {
  return { id, name: "Alice" }
}

const fetchUser = asyncio.coroutine("fetchUser", async (id: number): Promise<User> => {
  await asyncio.sleep(1)
  return { id, name: "Alice" }
})

async function main(): Promise<void> {
  console.log(getUser(1))

  const coroutine = fetchUser(1)
  console.log(coroutine) // nothing of it has run
  console.log(await coroutine)
}

await asyncio.run(main)
