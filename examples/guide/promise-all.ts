/** After an error `Promise.all` and `gather` let the rest go on; a `TaskGroup` cancels it. */
import * as asyncio from "asyncio-ts"

const order = asyncio.coroutine("order", async (kind: string, seconds: number) => {
  await asyncio.sleep(seconds)
  if (kind === "Green") throw new Error("no Green is left")
  console.log(`  ${kind} is made, and paid for`)
})

const ways: Record<string, () => PromiseLike<unknown>> = {
  "Promise.all": () => Promise.all([asyncio.createTask(order("Masala", 2)), asyncio.createTask(order("Green", 1))]),
  gather: () => asyncio.gather([order("Masala", 2), order("Green", 1)]),
  TaskGroup: () =>
    new asyncio.TaskGroup().run((group) => {
      group.createTask(order("Masala", 2))
      group.createTask(order("Green", 1))
    }),
}

async function main(): Promise<void> {
  for (const [name, way] of Object.entries(ways)) {
    try {
      await way()
    } catch (error) {
      if (error instanceof asyncio.CancelledError) throw error
      const errors = error instanceof asyncio.ExceptionGroup ? error.errors : [error]
      console.log(`${name}: ${errors.map(String).join(", ")}`)
    }
    await asyncio.sleep(2) // whoever goes on comes to an end
  }
}

await asyncio.run(main)
