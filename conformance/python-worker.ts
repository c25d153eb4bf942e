/**
 * One CPython in a worker thread. `workerData` is the address of pyodide's module; each
 * message asks for a number of attempts and is answered with the scenarios made of them.
 */
import { readFileSync } from "node:fs"
import { parentPort, workerData } from "node:worker_threads"

export interface Attempts {
  readonly seed: string
  readonly first: number
  readonly count: number
}

interface Pyodide {
  readonly FS: { writeFile(path: string, data: Uint8Array): void }
  pyimport(module: string): { made(seed: string, first: number, count: number): string }
}

interface PyodideModule {
  loadPyodide(options: { stdout: (line: string) => void; stderr: (line: string) => void }): Promise<Pyodide>
}

const { loadPyodide } = (await import(String(workerData))) as PyodideModule
const ignore = (): void => undefined
// CPython complains at length about the tasks of scenarios that the oracle drops half-way.
const python = await loadPyodide({ stdout: ignore, stderr: ignore })
for (const name of ["oracle.py", "fresh.py"]) {
  python.FS.writeFile(name, readFileSync(new URL(name, import.meta.url)))
}
const fresh = python.pyimport("fresh")
parentPort?.on("message", ({ seed, first, count }: Attempts) => {
  parentPort?.postMessage(fresh.made(seed, first, count))
})
