// Handles Ctrl-C itself, and ends with a code of its own.
import * as asyncio from "asyncio-ts"

try {
  await asyncio.run(async () => {
    console.log("ready")
    await asyncio.sleep(1e6)
  })
} catch (error) {
  if (!(error instanceof asyncio.KeyboardInterrupt)) throw error
  console.log("handled")
  await new Promise((resolve) => setTimeout(resolve, 20))
  process.exitCode = 7
}
