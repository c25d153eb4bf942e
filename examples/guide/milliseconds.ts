/** Times are seconds: who means milliseconds waits a thousand times as long. */
import * as asyncio from "asyncio-ts"

const PATIENCE = 10

async function main(): Promise<void> {
  for (const given of [1000, 1]) {
    const slept = await asyncio.moveOnAfter(PATIENCE).run(() => asyncio.sleep(given, true))
    console.log(`sleep(${given}): ${slept === true ? "is over" : `given up, after ${PATIENCE} seconds`}`)
  }
}

await asyncio.run(main)
