/** A loop that awaits begins a round when the last one has ended, and ends with its group. */
import * as asyncio from "asyncio-ts"

let running = 0

const synchronise = asyncio.coroutine("synchronise", async () => {
  running += 1
  console.log(`${running} at work`)
  await asyncio.sleep(2.5)
  running -= 1
})

const every = asyncio.coroutine("every", async (seconds: number) => {
  const loop = asyncio.getRunningLoop()
  for (let next = loop.time() + seconds; ; next = Math.max(next + seconds, loop.time())) {
    await asyncio.sleep(next - loop.time())
    await synchronise()
  }
})

async function main(): Promise<void> {
  await asyncio.moveOnAfter(9).run(() => every(1))
  console.log("stopped in the middle of a round")
}

await asyncio.run(main)
