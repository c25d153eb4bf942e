/** The error of a task that nobody awaits is told to the loop's exception handler; by itself that writes it to standard error. */
import * as asyncio from "asyncio-ts"

const save = asyncio.coroutine("save", async () => {
  await asyncio.sleep(1)
  throw new Error("the disk is full")
})

async function main(): Promise<void> {
  asyncio.getRunningLoop().setExceptionHandler((_loop, context) => {
    console.log(`reported: ${context.message}: ${String(context.exception)}`)
  })
  asyncio.createTask(save(), { name: "save" })
  await asyncio.sleep(2)
  console.log("main has not noticed")
}

await asyncio.run(main)
