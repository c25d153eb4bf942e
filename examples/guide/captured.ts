/** A worker shares no variables with this thread: a function that captures one is refused before anything is sent. */
import * as asyncio from "asyncio-ts"

const price = 4

async function main(): Promise<void> {
  const captures = (cups: number) => cups * price
  try {
    await asyncio.toThread(captures, 3)
  } catch (error) {
    const [message = ""] = String(error).split(". Pass it")
    console.log(message)
  }
  console.log("as an argument:", await asyncio.toThread((cups: number, each: number) => cups * each, 3, price))
}

await asyncio.run(main)
