/** One after the other: each await ends before the next brew begins. */
import * as asyncio from "asyncio-ts"

const brew = asyncio.coroutine("brew", async (kind: string) => {
  await asyncio.sleep(0.3)
  console.log(`${kind} is ready.`)
})

async function main(): Promise<void> {
  await brew("Masala")
  await brew("Green")
  await brew("Ginger")
}

await asyncio.run(main)
