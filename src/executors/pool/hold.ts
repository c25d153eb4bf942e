import { isPrimitive } from "../wire/copy-value.ts"
import type { CarrierKind } from "./carrier.ts"
import type { Job } from "./job.ts"
import { util } from "../node-util.ts"

/** Moving less memory than this saves nothing. */
const WORTH_MOVING = 64 * 1024
/** How many values of an argument are looked at for memory to move. */
const LOOKED_AT = 20

/**
 * Takes a copy of what a job is to be called with, since it has to wait or may run twice: what
 * its caller changes meanwhile must not be seen, and what cannot be sent is refused at the call.
 * What is to be moved is moved now.
 *
 * @throws what cloning throws
 */
export function hold(job: Job, kind: CarrierKind): void {
  const { args, transfer } = job
  if (transfer.length === 0 && args.every(isPrimitive)) return
  const copy = kind.copy({ args, transfer }, transfer)
  job.args = copy.args
  job.transfer = copy.transfer
  // Nobody else has the copy, so its memory need not be copied a second time.
  if (job.plan.retries === 0 && kind.refusesTransfer === undefined) job.transfer = [...new Set([...copy.transfer, ...memoryOf(copy.args)])]
}

function memoryOf(args: readonly unknown[]): ArrayBuffer[] {
  const found: ArrayBuffer[] = []
  const look = (value: unknown): void => {
    const memory = ArrayBuffer.isView(value) ? value.buffer : value
    if (util.types.isArrayBuffer(memory) && memory.byteLength >= WORTH_MOVING) found.push(memory)
  }
  for (const value of args) {
    look(value)
    if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) continue
    let left = LOOKED_AT
    for (const key in value) {
      if ((left -= 1) < 0) break
      look((value as Record<string, unknown>)[key]) // it is a plain copy: nothing of the program's runs
    }
  }
  return found
}
