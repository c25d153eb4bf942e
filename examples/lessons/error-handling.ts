/** `try` and `catch` work round an await as elsewhere; one failure does not take the others with it. */
import * as asyncio from "asyncio-ts"

class NotFound extends Error {}

const fetchUser = asyncio.coroutine("fetchUser", async (id: number) => {
  await asyncio.sleep(1)
  if (id < 0) throw new NotFound(`User ${id} not found`)
  return `User ${id}`
})

/** The user, or a guest. */
async function userOrGuest(id: number): Promise<string> {
  try {
    return await fetchUser(id)
  } catch (error) {
    if (!(error instanceof NotFound)) throw error
    console.log(`caught: ${error.message}`)
    return "Guest"
  } finally {
    console.log(`asked for ${id}`)
  }
}

async function main(): Promise<void> {
  console.log(await userOrGuest(-1))
  console.log(await asyncio.gather([1, -2, 3].map((id) => () => userOrGuest(id))))

  // In a TaskGroup a failure ends the others as well, and the errors come together.
  try {
    await new asyncio.TaskGroup().run((group) => {
      group.createTask(() => fetchUser(-4))
      group.createTask(() => asyncio.sleep(10).finally(() => console.log("the other one is cancelled")))
    })
  } catch (error) {
    if (!(error instanceof asyncio.ExceptionGroup)) throw error
    for (const one of error.errors) console.log(`from the group: ${String(one)}`)
  }
}

await asyncio.run(main)
