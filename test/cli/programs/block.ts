// Computes for a while on the loop's thread, and lets it go on.
import * as asyncio from "asyncio-ts"

function compute(): void {
  for (const end = performance.now() + 1000; performance.now() < end; );
}

await asyncio.run(async () => {
  await asyncio.sleep(0.01)
  compute()
  await asyncio.sleep(0.2)
}, { name: "main" })
