/** A time limit round a body: what it holds is given back before the error is thrown. */
import * as asyncio from "asyncio-ts"

const table = new asyncio.Lock({ name: "table" })

const dine = asyncio.coroutine("dine", (course: string, seconds: number) =>
  table.run(async () => {
    try {
      await asyncio.sleep(seconds)
      return `${course} was good`
    } finally {
      await asyncio.sleep(0.5) // clean-up may await
      console.log(`the ${course} is cleared away`)
    }
  }),
)

async function main(): Promise<void> {
  try {
    await asyncio.timeout(2).run(() => dine("soup", 60))
  } catch (error) {
    if (!(error instanceof asyncio.TimeoutError)) throw error
    console.log(`too late, and the table is ${table.locked() ? "taken" : "free"}`)
  }
  // Where being late is no error, undefined says so.
  console.log((await asyncio.moveOnAfter(2).run(() => dine("tea", 1))) ?? "no tea today")
}

await asyncio.run(main)
