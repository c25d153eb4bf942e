// Waits for ever; cleans up on Ctrl-C, and takes the loop round a few times for it.
import * as asyncio from "asyncio-ts"

await asyncio.run(async () => {
  const helper = asyncio.createTask(async () => {
    try {
      console.log("ready")
      await asyncio.sleep(1e6)
    } finally {
      for (let i = 0; i < 50; i += 1) await asyncio.sleep(0.001)
      console.log("cleaned up")
    }
  }, { name: "helper" })
  await helper
}, { name: "main" })
