/**
 * Work in pieces, between which the program goes on.
 */
import { host } from "../../host/host.ts"

/** Seconds that a piece may take. */
const PIECE = 0.004
/** Steps between two looks at the clock. */
const STRIDE = 16

/** Does `steps` in pieces; each `next` is one step. Gives the longest time that a piece took. */
export function inPieces(steps: Iterator<unknown>): Promise<number> {
  let longest = 0
  return new Promise((resolve, reject) => {
    const piece = (): void => {
      const from = host.now()
      try {
        for (;;) {
          for (let step = 0; step < STRIDE; step += 1) {
            if (steps.next().done !== true) continue
            resolve(Math.max(longest, host.now() - from))
            return
          }
          if (host.now() - from >= PIECE) break
        }
      } catch (error) {
        reject(error)
        return
      }
      longest = Math.max(longest, host.now() - from)
      host.macrotask(piece)
    }
    piece()
  })
}

/** Does them all now. */
export function atOnce(steps: Iterator<unknown>): void {
  while (steps.next().done !== true) {
    // each call does one
  }
}
