/** A cancellation reaches the await in the generator, which ends it and closes what it opened. */
import * as asyncio from "asyncio-ts"

async function* readings(): AsyncGenerator<number, void> {
  console.log("the sensor is opened")
  try {
    yield 20
    await asyncio.sleep(3600)
    yield 21
  } finally {
    console.log("the sensor is closed")
  }
}

async function main(): Promise<void> {
  const inTime = asyncio.timeout(2).run(async () => {
    for await (const reading of readings()) console.log(reading)
  })
  try {
    await inTime
  } catch (error) {
    if (!(error instanceof asyncio.TimeoutError)) throw error
    console.log("no reading in time")
  }
}

await asyncio.run(main)
