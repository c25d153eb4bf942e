/** Asks several mirrors, each a second after the one before or as soon as that has failed; the first success ends the others. */
import * as asyncio from "asyncio-ts"

const get = asyncio.coroutine("get", async (mirror: string, seconds: number, works: boolean) => {
  console.log(`${mirror}: asked`)
  try {
    await asyncio.sleep(seconds)
    if (!works) throw new Error(`${mirror} is down`)
    return mirror
  } finally {
    console.log(`${mirror}: ended`)
  }
})

async function main(): Promise<void> {
  const [winner, , failures] = await asyncio.staggeredRace([() => get("north", 0.5, false), () => get("south", 9, true), () => get("west", 2, true)], 1)
  console.log(`${winner} answered first; failed: ${failures.filter((error) => error !== undefined && !(error instanceof asyncio.CancelledError)).join()}`)
}

await asyncio.run(main)
