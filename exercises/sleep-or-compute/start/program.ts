import * as asyncio from "asyncio-ts"

async function sleeper(): Promise<void> {
  console.log("sleeper begins")
  await asyncio.sleep(0.001)
  console.log("sleeper ends")
}

async function computer(): Promise<void> {
  console.log("computer begins")
  let sum = 0
  for (let number = 0; number < 5_000_000; number += 1) sum += number
  console.log(sum > 0 ? "computer ends" : "impossible")
}

export async function main(): Promise<void> {
  await asyncio.gather([sleeper, computer])
}
