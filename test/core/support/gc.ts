/** Garbage collection on demand: what is still held afterwards is retained by somebody. */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

/** Bun has a function of its own. */
declare const Bun: { gc(thoroughly: true): void } | undefined

const gc = typeof Bun === "undefined" ? ofEngine() : () => Bun.gc(true)

function ofEngine(): () => void {
  setFlagsFromString("--expose-gc")
  return runInNewContext("gc") as () => void // the flag above makes it a function
}

/** Collects whatever nobody holds. Weak references keep their target until the current job ends, hence the turns. */
export async function collect(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setImmediate(resolve))
    gc()
  }
}
