/** Asks three shops, one of which is too slow, and ends a task that never would. */
import * as asyncio from "asyncio-ts"
import { prices, type Shop } from "./prices.ts"

const shops: readonly Shop[] = [
  { name: "north", seconds: 0.2, price: 4 },
  { name: "south", seconds: 60, price: 3 },
  { name: "west", seconds: 0.1, price: 5 },
]

const watch = asyncio.coroutine("watch", async () => {
  try {
    for (;;) await asyncio.sleep(3600)
  } finally {
    console.log("the watch is over")
  }
})

const main = asyncio.coroutine("main", async () => {
  const watcher = asyncio.createTask(watch(), { name: "watcher" })

  for (const line of await prices(shops, 1)) console.log(line)

  watcher.cancel("nothing is left to watch")
  await asyncio.wait([watcher])
  console.log(`cancelled: ${watcher.cancelled()}`)
})

await asyncio.run(main)
