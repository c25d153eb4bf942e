/** When one child of a group fails the others are cancelled, and have ended before the error is thrown. */
import * as asyncio from "asyncio-ts"

const load = asyncio.coroutine("load", async (shop: string, seconds: number) => {
  try {
    await asyncio.sleep(seconds)
    if (shop === "north") throw new Error("north is closed")
    console.log(`${shop}: still writing to the database`)
  } finally {
    console.log(`${shop}: ended`)
  }
})

async function main(): Promise<void> {
  try {
    await new asyncio.TaskGroup().run((group) => {
      for (const [shop, seconds] of [["north", 1], ["south", 2], ["west", 3]] as const) group.createTask(load(shop, seconds))
    })
  } catch (error) {
    if (!(error instanceof asyncio.ExceptionGroup)) throw error
    console.log(`gave up: ${error.errors.join(", ")}`)
  }
  console.log("the connection is closed")
}

await asyncio.run(main)
