/** Four sums of squares: async or not, one thread computes them one after the other. */
import * as asyncio from "asyncio-ts"

const COUNT = 3_000_000n

let atWork = 0
let most = 0 // how many were at work at a time

const sumOfSquares = asyncio.coroutine("sumOfSquares", async () => {
  atWork += 1
  most = Math.max(most, atWork)
  let sum = 0n
  for (let number = 0n; number < COUNT; number += 1n) sum += number * number
  atWork -= 1
  return sum
})

async function main(): Promise<void> {
  let start = performance.now()
  const inTurn = []
  for (let call = 0; call < 4; call += 1) inTurn.push(await sumOfSquares())
  console.log(`'Async' CPU-bound (still sequential): ${secondsSince(start)}s`)

  start = performance.now()
  const together = await asyncio.gather([sumOfSquares(), sumOfSquares(), sumOfSquares(), sumOfSquares()])
  console.log(`gather() with CPU work (still sequential): ${secondsSince(start)}s`)

  console.log(`At work at a time: ${most}`)
  const sums = new Set([...inTurn, ...together])
  console.log(`Each sum: ${[...sums].join(", ")}`)
}

function secondsSince(start: number): string {
  return ((performance.now() - start) / 1000).toFixed(2)
}

await asyncio.run(main)
