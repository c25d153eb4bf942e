/** What the benches of executors have in common, whoever is measured. */

export const MODULE: URL = new URL("executor-jobs.ts", import.meta.url)

/** Workers in every pool, as many as there are cores in the figures of README.md. */
export const WORKERS = 2

/** Analyses in the bench `executor-speedup`. */
export const ANALYSES = 4

/** Jobs under way at a time in the benches `executor-dispatch-16` and, against `map`, `executor-map`. */
export const IN_FLIGHT = 16

/** Bytes that go there and back in the bench `executor-transfer`. */
export const BYTES: number = 64 * 2 ** 20

/** Milliseconds after which a job that has no result is given up. */
export const GIVEN_UP = 5_000

/** The result of `work`, or an error if it takes too long: a peer that hangs must not hang the bench. */
export async function within<T>(work: PromiseLike<T>, what: string): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`${what}: nothing after ${GIVEN_UP / 1000} s`)), GIVEN_UP)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}

/** Calls `call` so often, so many at a time. Resolves to the number of calls that gave 1. */
export async function callOften(call: () => PromiseLike<unknown>, times: number, atOnce: number): Promise<number> {
  let left = times
  let done = 0
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      if ((await call()) === 1) done += 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return done
}

/** Whether `bytes` came back with one more in its last place, and `sent` is as it should be. */
export function isBack(bytes: Uint8Array, last: number, sent: Uint8Array, moved: boolean): boolean {
  return bytes.length === BYTES && bytes[BYTES - 1] === last % 256 && sent.length === (moved ? 0 : BYTES)
}

export const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))
