/** Three kinds of chai: together they take as long as one, in turn as long as three. */
import * as asyncio from "asyncio-ts"

const brew = asyncio.coroutine("brew", async (name: string) => {
  console.log(`Brewing ${name}...`)
  await asyncio.sleep(2)
  console.log(`${name} is ready.`)
})

async function together(): Promise<void> {
  await asyncio.gather([brew("Masala"), brew("Green"), brew("Ginger")])
}

async function inTurn(): Promise<void> {
  await brew("Masala")
  await brew("Green")
  await brew("Ginger")
}

async function main(): Promise<void> {
  const loop = asyncio.getRunningLoop()
  const start = loop.time()
  await together()
  const between = loop.time()
  console.log(`Together: ${(between - start).toFixed(1)}s\n`)
  await inTurn()
  console.log(`One after the other: ${(loop.time() - between).toFixed(1)}s`)
}

await asyncio.run(main)
