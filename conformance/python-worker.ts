/**
 * One CPython in a worker thread. `workerData` is the address of pyodide's module; each
 * message asks for a number of attempts and is answered with the scenarios made of them.
 */
import { parentPort, workerData } from "node:worker_threads"

import { loadMaker, type Attempts } from "./python-maker.ts"

const maker = await loadMaker(String(workerData))
parentPort?.on("message", (attempts: Attempts) => parentPort?.postMessage(maker.make(attempts)))
