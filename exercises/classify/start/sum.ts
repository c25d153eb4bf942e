import * as asyncio from "asyncio-ts"

function sumOfSquares(count: number): number {
  let sum = 0
  for (let number = 0; number < count; number += 1) sum += (number * number) % 7
  return sum
}

export async function main(): Promise<void> {
  let sum = 0
  for (let part = 0; part < 20; part += 1) {
    sum += sumOfSquares(2_000_000)
    await asyncio.sleep(0)
  }
  if (sum < 0) throw new Error("impossible")
}
