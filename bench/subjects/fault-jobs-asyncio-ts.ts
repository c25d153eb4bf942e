/** A job that asks whether it is to end, which takes an import. */

import { currentSignal } from "asyncio-ts/executors"
import { BEGUN, TIDY } from "./fault-jobs.ts"

export function spinTidily(cell: Int32Array): void {
  const signal = currentSignal()
  cell[BEGUN] = 1
  try {
    while (!signal.aborted);
  } finally {
    cell[TIDY] = 1
  }
}
