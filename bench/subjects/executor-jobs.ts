/** What the workers are given to do, whoever's workers they are. It imports nothing that would have to be loaded there. */

export const empty = (): number => 1

export const double = (n: number): number => n * 2

/** The lesson's analysis. */
export function sumOfSquares(count: number): bigint {
  const end = BigInt(count)
  let sum = 0n
  for (let number = 0n; number < end; number += 1n) sum += number * number
  return sum
}

/** The same by the closed formula. */
export function closedForm(count: number): bigint {
  const n = BigInt(count)
  return ((n - 1n) * n * (2n * n - 1n)) / 6n
}

/** A loop that has run away. */
export function spin(): never {
  for (;;);
}
