import * as asyncio from "asyncio-ts"

async function sumOfSquares(from: number): Promise<number> {
  let sum = 0
  for (let number = from; number < from + 12_000_000; number += 1) sum += (number * number) % 7
  return sum
}

export async function main(): Promise<void> {
  const sums = await asyncio.gather([1, 2, 3, 4].map((from) => () => sumOfSquares(from)))
  if (sums.length !== 4) throw new Error("impossible")
}
