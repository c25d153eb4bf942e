// Refuses to end on Ctrl-C.
import * as asyncio from "asyncio-ts"

await asyncio.run(async () => {
  console.log("ready")
  for (;;) {
    try {
      await asyncio.sleep(1e6)
    } catch {
      console.log("no")
    }
  }
}, { name: "stubborn" })
