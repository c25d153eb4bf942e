/** Nobody manages the loop: `run` makes one, runs it, and closes it. */
import * as asyncio from "asyncio-ts"

async function main(): Promise<asyncio.EventLoop> {
  const loop = asyncio.getRunningLoop()
  console.log(`in main: running ${loop.isRunning()}, closed ${loop.isClosed()}`)

  // All tasks share it, and one thread: only one of them runs at a time.
  await asyncio.gather([count("A"), count("B")])
  return loop
}

const count = asyncio.coroutine("count", async (name: string) => {
  for (const number of [1, 2, 3]) {
    console.log(`${name} says ${number}`)
    await asyncio.sleep(0.1) // the loop starts, pauses and resumes: the others have their turn
  }
})

try {
  asyncio.getRunningLoop()
} catch (error) {
  console.log(`before: ${String(error)}`)
}
const loop = await asyncio.run(main)
console.log(`after: running ${loop.isRunning()}, closed ${loop.isClosed()}`)
