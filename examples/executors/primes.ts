/** Prime numbers, found in a worker: without end, or until nobody wants them any more. */
import { currentSignal, reportProgress } from "asyncio-ts/executors"

/** One after the other, no more of them ahead than their reader may need. */
export function* primes(from: number): Generator<number> {
  try {
    for (let number = from; ; number += 1) if (isPrime(number)) yield number
  } finally {
    console.log("the worker looks for no more")
  }
}

/** How many there are below `limit`. It looks now and then whether it is still wanted. */
export function countPrimes(limit: number): { readonly count: number; readonly seen: number } {
  const signal = currentSignal()
  let count = 0
  for (let number = 2; number < limit; number += 1) {
    if (number % 1000 === 0) {
      if (signal.aborted) return { count, seen: number }
      reportProgress({ count, seen: number })
    }
    if (isPrime(number)) count += 1
  }
  return { count, seen: limit }
}

function isPrime(number: number): boolean {
  if (number < 2) return false
  for (let divisor = 2; divisor * divisor <= number; divisor += 1) if (number % divisor === 0) return false
  return true
}
