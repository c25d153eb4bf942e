// Waits for three things one after the other, as long as it is told.
import * as asyncio from "asyncio-ts"

const seconds = Number(process.argv[2] ?? 0.1)

async function main(): Promise<void> {
  console.log(`process ${process.pid}`)
  await asyncio.sleep(seconds)
  await asyncio.sleep(2 * seconds)
  await asyncio.sleep(1.5 * seconds)
  console.log("done")
}

await asyncio.run(main, { name: "main" })
