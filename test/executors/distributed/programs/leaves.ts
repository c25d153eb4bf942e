/** Calls through the Redis of the first argument, and tells what it leaves open; shuts down if the second says so. */
import * as asyncio from "asyncio-ts"
import { DistributedExecutor } from "asyncio-ts/executors"
import type * as source from "./tasks.ts"

const [, , redis = "", how = ""] = process.argv
const executor = new DistributedExecutor({ redis, queue: "leaves" })
await asyncio.run(async () => {
  const { square, endless } = executor.module<typeof source>("tasks")
  console.log(await square(4))
  await asyncio.waitFor(endless(), 0.05).catch((error: Error) => console.log(error.name))
  await executor.deadLetters().count()
  if (how === "shutdown") await executor.shutdown()
})
process.on("exit", () => console.log("left", process.getActiveResourcesInfo().filter((kind) => /TCP|Timeout|Immediate|MessagePort/.test(kind))))
