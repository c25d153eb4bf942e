/** As cells of a notebook do: several programs, one after the other, each with a loop of its own. */
import * as asyncio from "asyncio-ts"

const fetchUser = asyncio.coroutine("fetchUser", async (id: number) => {
  await asyncio.sleep(1)
  return { id, name: "Alice" }
})

const user = await asyncio.run(fetchUser(1))
console.log("first:", user.name)

const loops = [await asyncio.run(async () => asyncio.getRunningLoop()), await asyncio.run(async () => asyncio.getRunningLoop())]
console.log("two loops:", loops[0] !== loops[1])
console.log("both closed:", loops.every((loop) => loop.isClosed()))
