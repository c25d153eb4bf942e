/** Bodies within bodies: what was opened last is closed first, also when the innermost one fails. */
import * as asyncio from "asyncio-ts"

const open = asyncio.coroutine("open", async (name: string, body: () => PromiseLike<void>) => {
  console.log(`open ${name}`)
  try {
    await body()
  } finally {
    await asyncio.sleep(0.1)
    console.log(`close ${name}`)
  }
})

async function main(): Promise<void> {
  try {
    await open("database", () =>
      open("transaction", async () => {
        await asyncio.sleep(1)
        throw new Error("no such row")
      }),
    )
  } catch (error) {
    console.log(`main hears: ${String(error)}`)
  }
}

await asyncio.run(main)
