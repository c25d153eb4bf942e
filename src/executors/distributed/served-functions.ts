import { fileURLToPath } from "node:url"
import type { WorkerPool } from "../pool/worker-pool.ts"
import { callInThread } from "./serving-threads.ts"

/**
 * The functions that modules export, by the modules' names. They are loaded in a thread: what
 * they do when they are loaded must not hold up this one.
 *
 * @throws Error with the module's own as its cause; TypeError if it exports no function.
 */
export async function servedFunctions(pool: WorkerPool, modules: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>()
  for (const [name, address] of modules) {
    const functions = await load(pool, address)
    if (functions.length === 0) throw new TypeError(`cannot serve ${fileURLToPath(address)}: it exports no function; export those that are to be called, as in \`export function analyse(…)\``)
    found.set(name, functions)
  }
  return found
}

function load(pool: WorkerPool, address: string): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    callInThread(pool, "exportedFunctions", address, "exportedFunctions", 0, {
      returned: (value) => resolve(value as readonly string[]), // what exportedFunctions returns
      failed: (error) => reject(loadError(address, error)),
    })
  })
}

function loadError(address: string, error: unknown): Error {
  const text = error instanceof Error ? error.message : String(error)
  const why = /: loading .+? failed: (.*)$/s.exec(text)?.[1] ?? text
  return new Error(`cannot serve ${fileURLToPath(address)}: loading it failed: ${why}`, { cause: error })
}
