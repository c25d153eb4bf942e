// Computes without a pause after a moment.
import * as asyncio from "asyncio-ts"

function spinForEver(): void {
  for (let n = 0; ; n += 1) if (n < 0) break
}

await asyncio.run(async () => {
  console.log(`process ${process.pid}`)
  await asyncio.sleep(0.05)
  spinForEver()
})
