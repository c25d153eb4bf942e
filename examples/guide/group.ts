/** A group ends when all its tasks have ended; tasks may be added while it runs. */
import * as asyncio from "asyncio-ts"

const visit = asyncio.coroutine("visit", async (group: asyncio.TaskGroup, page: number) => {
  await asyncio.sleep(1)
  console.log(`page ${page}`)
  if (page < 4) {
    group.createTask(visit(group, page * 2))
    group.createTask(visit(group, page * 2 + 1))
  }
})

async function main(): Promise<void> {
  const loop = asyncio.getRunningLoop()
  const start = loop.time()
  await new asyncio.TaskGroup().run((group) => {
    group.createTask(visit(group, 1))
  })
  console.log(`all seven after ${(loop.time() - start).toFixed(1)}s`)
}

await asyncio.run(main)
