/** Leaving a `for await` by `break` closes the generator: its `finally` runs, and may await. */
import * as asyncio from "asyncio-ts"

async function* ticks(): AsyncGenerator<number> {
  let number = 0
  try {
    for (;;) {
      await asyncio.sleep(1)
      yield (number += 1)
    }
  } finally {
    await asyncio.sleep(0.1)
    console.log("the clock is stopped")
  }
}

async function main(): Promise<void> {
  for await (const number of ticks()) {
    console.log(`tick ${number}`)
    if (number === 3) break
  }
  console.log("the loop has been left")
}

await asyncio.run(main)
