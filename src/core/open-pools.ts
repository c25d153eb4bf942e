/** A pool of workers, as far as whoever looks at the program needs it. */
export interface OpenPool {
  readonly closed: boolean
  readonly kind: { readonly noun: string }
  readonly settings: { readonly name: string }
  readonly queue: { readonly size: number }
  readonly seats: ReadonlySet<{
    readonly label: string
    readonly state: string
    readonly job: { readonly id: number; readonly begun: number; readonly plan: { readonly name: string } } | null
  }>
}

// Weakly: a pool that a program has dropped is not shown.
const made = new Set<WeakRef<OpenPool>>()
let sweepAt = 64

/** Lets those who look at the program see `pool`. */
export function rememberPool(pool: OpenPool): void {
  made.add(new WeakRef(pool))
  if (made.size < sweepAt) return
  for (const one of made) if (one.deref() === undefined) made.delete(one)
  sweepAt = made.size * 2 + 64
}

/** The pools that have workers, or take jobs. */
export function* openPools(): Generator<OpenPool> {
  for (const weak of made) {
    const pool = weak.deref()
    if (pool === undefined || (pool.closed && pool.seats.size === 0)) made.delete(weak)
    else yield pool
  }
}
