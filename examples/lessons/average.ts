/** A coroutine that only computes never pauses: under `gather` too, one call runs after the other. */
import * as asyncio from "asyncio-ts"

const numbers = Array.from({ length: 3_000_000 }, (_, index) => index)

const analyzeData = asyncio.coroutine("analyzeData", async (call: number, data: number[]) => {
  console.log(`call ${call} begins`)
  let sum = 0
  for (let round = 0; round < 15; round += 1) {
    for (const number of data) sum += number
  }
  console.log(`call ${call} ends`)
  return sum / 15 / data.length
})

async function main(): Promise<void> {
  const start = performance.now()
  const averages = await asyncio.gather([1, 2, 3].map((call) => analyzeData(call, numbers)))
  const seconds = (performance.now() - start) / 1000
  console.log(`The averages: ${averages.join(", ")}`)
  console.log(`Their times add up, to ${seconds.toFixed(2)}s: there was no await at which another could run.`)
}

await asyncio.run(main)
