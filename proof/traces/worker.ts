/**
 * A CPython and this library in one thread: each message asks for some attempts, and is answered
 * with what came of them. `workerData` is the address of pyodide's module.
 */
import { parentPort, workerData } from "node:worker_threads"
import { loadMaker, type Attempts } from "../../conformance/python-maker.ts"
import { tryPart, type Tried } from "./try-part.ts"

export interface Answer extends Tried {
  /** Such as `3.14.2`. */
  readonly python: string
}

const maker = await loadMaker(String(workerData))
let before: Promise<void> = Promise.resolve()

async function answer(attempts: Attempts): Promise<void> {
  const tried: Answer = { ...(await tryPart(maker.make(attempts))), python: maker.version }
  parentPort?.postMessage(tried)
}

parentPort?.on("message", (attempts: Attempts) => {
  before = before.then(() => answer(attempts))
})
