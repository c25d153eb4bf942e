/** All errors of a group come together, and can be taken apart by their kind. */
import * as asyncio from "asyncio-ts"

class OutOfStock extends Error {}
class Closed extends Error {}

const buy = asyncio.coroutine("buy", async (what: string) => {
  try {
    await asyncio.sleep(what === "milk" ? 60 : 1)
  } finally {
    console.log(`${what}: the shop is left`)
  }
  if (what === "tea") throw new OutOfStock("tea")
  if (what === "cups") throw new Closed("the shop for cups")
})

async function main(): Promise<void> {
  try {
    await new asyncio.TaskGroup().run((group) => {
      for (const what of ["tea", "cups", "milk"]) group.createTask(buy(what), { name: what })
    })
  } catch (error) {
    if (!(error instanceof asyncio.ExceptionGroup)) throw error
    const [missing, rest] = error.split(OutOfStock)
    console.log(`out of stock: ${missing?.errors.map((one) => (one as Error).message).join(", ")}`)
    console.log(`for another reason: ${rest?.errors.map((one) => (one as Error).message).join(", ")}`)
  }
}

await asyncio.run(main)
