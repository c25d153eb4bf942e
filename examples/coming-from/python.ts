/** The program of python.py, in TypeScript: both write the same. */
import * as asyncio from "asyncio-ts"

const fetchPrice = asyncio.coroutine("fetchPrice", async (shop: string, delay: number) => {
  try {
    await asyncio.sleep(delay)
    return `${shop}: 4`
  } finally {
    console.log(`${shop} is closed`)
  }
})

const main = asyncio.coroutine("main", async () => {
  const { east, west } = await new asyncio.TaskGroup().run((group) => ({
    east: group.createTask(fetchPrice("east", 0.02), { name: "east" }),
    west: group.createTask(fetchPrice("west", 0.01)),
  }))
  console.log(east.getName(), east.result(), west.result())

  try {
    await asyncio.timeout(0.01).run(async () => {
      await fetchPrice("south", 10)
    })
  } catch (error) {
    if (!(error instanceof asyncio.TimeoutError)) throw error
    console.log("too late")
  }

  const queue = new asyncio.Queue<number>(2)
  const lock = new asyncio.Lock()
  await lock.run(async () => {
    await queue.put(1)
  })
  console.log(await queue.get(), lock.locked())
})

await asyncio.run(main())
