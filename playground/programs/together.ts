/** Together: gather makes a task of each brew, and all of them wait at once. */
import * as asyncio from "asyncio-ts"

const brew = asyncio.coroutine("brew", async (kind: string) => {
  await asyncio.sleep(0.3)
  console.log(`${kind} is ready.`)
})

async function main(): Promise<void> {
  await asyncio.gather([brew("Masala"), brew("Green"), brew("Ginger")])
}

await asyncio.run(main)
