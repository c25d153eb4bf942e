/** What the programs here compute: it runs anywhere, in a worker or not. */

/** The squares of 0 to `count` - 1, added up one by one. */
export function sumOfSquares(count: bigint): bigint {
  let sum = 0n
  for (let number = 0n; number < count; number += 1n) sum += number * number
  return sum
}

/** The same without the work. */
export function closedFormula(count: bigint): bigint {
  return ((count - 1n) * count * (2n * count - 1n)) / 6n
}
