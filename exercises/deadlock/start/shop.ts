/** Runs the shop on the real clock, to be looked into with `asyncio-ts ps`. */
import * as asyncio from "asyncio-ts"
import { main } from "./work.ts"

async function day(): Promise<void> {
  // The door stays open for a minute, whatever becomes of the customers.
  const door = asyncio.createTask(asyncio.sleep(60), { name: "door" })
  console.log(`process ${process.pid} serves`)
  console.log(await main((what) => asyncio.sleep(0.1, what)))
  door.cancel()
}

await asyncio.run(day)
