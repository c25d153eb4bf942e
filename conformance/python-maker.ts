import { readFileSync } from "node:fs"

/** Which scenarios to make: those that come of some attempts. */
export interface Attempts {
  readonly seed: string
  readonly first: number
  readonly count: number
  /** Of all operations; else of those that the stored scenarios have. */
  readonly wide: boolean
}

interface Pyodide {
  readonly FS: { writeFile(path: string, data: Uint8Array): void }
  pyimport(module: string): { made(seed: string, first: number, count: number): string }
  runPython(code: string): unknown
}

interface PyodideModule {
  loadPyodide(options: { stdout: (line: string) => void; stderr: (line: string) => void }): Promise<Pyodide>
}

/** One CPython in this thread. */
export interface PythonMaker {
  /** Such as `3.14.2`. */
  readonly version: string
  /** The scenarios with their traces, one JSON object a line. */
  make(attempts: Attempts): string
}

/** @param address - of pyodide's module */
export async function loadMaker(address: string): Promise<PythonMaker> {
  const { loadPyodide } = (await import(address)) as PyodideModule
  const ignore = (): void => undefined
  // CPython complains at length about the tasks of scenarios that the oracle drops half-way.
  const python = await loadPyodide({ stdout: ignore, stderr: ignore })
  for (const name of ["oracle.py", "fresh.py", "wide.py"]) {
    python.FS.writeFile(name, readFileSync(new URL(name, import.meta.url)))
  }
  return {
    version: String(python.runPython("import platform; platform.python_version()")),
    // Each is loaded by the first who wants it: the wider one adds to the operations of the other.
    make: ({ seed, first, count, wide }) => python.pyimport(wide ? "wide" : "fresh").made(seed, first, count),
  }
}
