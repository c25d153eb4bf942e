/** A bare worker thread, its module imported by a program of one line: the floor of the bench `executor-start`. */

import { once } from "node:events"
import { Worker } from "node:worker_threads"
import { MODULE } from "./executors.ts"
import type { Programs } from "./program.ts"

const program = `import { parentPort } from "node:worker_threads"; import { empty } from ${JSON.stringify(MODULE.href)}; parentPort.postMessage(empty())`

export const programs: Programs = {
  "executor-start": async (size) => {
    let done = 0
    let seconds = 0
    for (let i = 0; i < size; i += 1) {
      const begun = performance.now()
      const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`))
      const [result] = (await once(worker, "message")) as [number] // what its program posts
      done += result
      seconds += (performance.now() - begun) / 1000
      await worker.terminate()
    }
    return { done, seconds }
  },
}
