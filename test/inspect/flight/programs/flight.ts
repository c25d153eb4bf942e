/** `flight.ts WHAT FOLDER`: a program that is sent a signal, or fails, with a flight recorder on. */
import * as asyncio from "asyncio-ts"
import { startFlightRecorder } from "asyncio-ts/inspect"

const [what, folder = "."] = process.argv.slice(2)
const { promise: written, resolve } = Promise.withResolvers<void>()
startFlightRecorder({ folder, onWritten: () => resolve() })

await asyncio.run(async () => {
  asyncio.createTask(asyncio.sleep(60), { name: "patient" })
  await asyncio.sleep(0)
  if (what === "crash") {
    setImmediate(() => {
      throw new RangeError("spilt")
    })
  } else {
    process.stdout.write("ready\n")
  }
  await asyncio.wrapFuture(written)
  if (what === "crash") await asyncio.sleep(60)
})
