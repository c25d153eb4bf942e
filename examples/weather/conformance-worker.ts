/** The thread that runs the programs of conformance/: as many as it is told, evenly from all files. */
import { parentPort, workerData } from "node:worker_threads"

import { ownVectors, scenariosOf } from "../../conformance/files.ts"
import { runScenarios, type Located } from "../../conformance/runner.ts"
import type { Agreement } from "./conformance.ts"

async function* choose(count: number): AsyncGenerator<Located> {
  const files = await ownVectors()
  for (const [index, file] of files.entries()) {
    let left = Math.floor((count * (index + 1)) / files.length) - Math.floor((count * index) / files.length)
    for await (const located of scenariosOf([file])) {
      if (left === 0) break
      left -= 1
      yield located
    }
  }
}

let same = 0
let programs = 0
await runScenarios(choose(workerData as number), "microtask", {
  passed() {
    same += 1
    programs += 1
  },
  failed() {
    programs += 1
  },
})
const agreement: Agreement = { same, programs }
parentPort?.postMessage(agreement)
