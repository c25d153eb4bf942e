/** Forgotten: without await nothing of a coroutine runs. */
import * as asyncio from "asyncio-ts"

const brew = asyncio.coroutine("brew", async (kind: string) => {
  await asyncio.sleep(0.3)
  console.log(`${kind} is ready.`)
})

async function main(): Promise<void> {
  await brew("Masala")
  void brew("Green") // the await is missing
  await brew("Ginger")
}

await asyncio.run(main)
