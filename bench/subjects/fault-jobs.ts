/** What the workers of `executor-faults` are given to do. */

/** Places in the memory that a job shares with whoever looks on. */
export const BEGUN = 0
export const TIDY = 1

export const echo = (value: unknown): unknown => value

export const uncloneable = (): (() => number) => () => 1

/** Says in `cell` that it has begun. */
export function spin(cell: Int32Array): never {
  cell[BEGUN] = 1
  for (;;);
}

export function leave(): never {
  process.exit(3)
}

/** Its worker leaves when the result is on its way, or there already. */
export function keep(): string {
  setTimeout(() => process.exit(5), 1)
  return "kept"
}

/** Never ends by itself, and says in `cell` whether it could clean up. */
export function spinTidily(cell: Int32Array): void {
  cell[BEGUN] = 1
  try {
    for (;;);
  } finally {
    cell[TIDY] = 1
  }
}
