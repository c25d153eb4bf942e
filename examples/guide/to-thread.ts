/** What computes or blocks goes to a thread; the loop goes on meanwhile. */
import * as asyncio from "asyncio-ts"

const sumTo = (count: number) => {
  let sum = 0
  for (let number = 1; number <= count; number += 1) sum += number
  return sum
}

async function main(): Promise<void> {
  const sum = asyncio.createTask(asyncio.toThread(sumTo, 50_000_000))
  await asyncio.sleep(0)
  console.log(`the loop goes on: ${!sum.done()}`)
  console.log(await sum)
}

await asyncio.run(main)
