/** A primitive of one's own, made of public parts, behaves as those that are there: it waits, and can be cancelled. */
import * as asyncio from "asyncio-ts"
import { Latch } from "../custom/latch.ts"

async function main(): Promise<void> {
  const guests = new Latch(3)
  const cook = asyncio.createTask(async () => {
    await guests.wait()
    console.log("all are there, and the food is served")
  })
  const impatient = asyncio.createTask(guests.wait())

  for (const name of ["Ann", "Bob", "Eve"]) {
    await asyncio.sleep(1)
    if (name === "Bob") impatient.cancel()
    guests.countDown()
    console.log(`${name} has come, ${guests.count} are missing`)
  }
  await cook
  console.log(`the impatient one was cancelled: ${impatient.cancelled()}`)
}

await asyncio.run(main)
