/** A task keeps its error until somebody asks: within half a second it is no lost one. */
import * as asyncio from "asyncio-ts"

const price = asyncio.coroutine("price", async (): Promise<number> => {
  await asyncio.sleep(1)
  throw new Error("no price")
})

async function main(): Promise<void> {
  asyncio.getRunningLoop().setExceptionHandler((_loop, { message, exception }) => console.log(`told: ${message.split("\n", 1)[0]}: ${String(exception)}`))

  const asked = asyncio.createTask(price(), { name: "asked" })
  await asyncio.sleep(1.25) // something else first
  try {
    console.log(await asked)
  } catch (error) {
    if (error instanceof asyncio.CancelledError) throw error
    console.log("no price today")
  }

  // Of one that nobody asks the handler is told, and the program goes on.
  asyncio.createTask(price(), { name: "forgotten" })
  await asyncio.sleep(3)
  console.log("the program goes on")
}

await asyncio.run(main)
