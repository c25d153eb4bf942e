/** `limit` bounds how many run at a time: functions that are given are called when their turn comes. */
import * as asyncio from "asyncio-ts"

let open = 0
let most = 0

const request = asyncio.coroutine("request", async (id: number) => {
  open += 1
  most = Math.max(most, open)
  await asyncio.sleep(1)
  open -= 1
  return id
})

async function main(): Promise<void> {
  const loop = asyncio.getRunningLoop()
  const ids = Array.from({ length: 10 }, (_, id) => id)
  for (const limit of [10, 5, 1]) {
    most = 0
    const start = loop.time()
    await asyncio.gather(ids.map((id) => () => request(id)), { limit })
    console.log(`limit ${limit}: at most ${most} at a time, ${(loop.time() - start).toFixed(1)}s`)
  }
}

await asyncio.run(main)
