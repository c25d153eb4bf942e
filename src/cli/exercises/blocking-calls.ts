/**
 * The calls that block the thread, seen where they are made: no clock is asked, so that a busy machine is no finding.
 */
import { syncBuiltinESMExports } from "node:module"

const CALLS: readonly (readonly [name: string, of: object, key: string])[] = [
  ["Atomics.wait", Atomics, "wait"],
  ...of("fs", ["readFileSync", "writeFileSync", "readdirSync", "copyFileSync"]),
  ...of("child_process", ["execSync", "execFileSync", "spawnSync"]),
  ...of("crypto", ["pbkdf2Sync", "scryptSync"]),
  ...of("zlib", ["gzipSync", "gunzipSync", "deflateSync", "brotliCompressSync"]),
]

function of(name: string, keys: readonly string[]): [string, object, string][] {
  const builtin = process.getBuiltinModule(name)
  return builtin === undefined ? [] : keys.map((key) => [key, builtin, key])
}

/** Tells `seen` of each on this thread, until the returned function is called. */
export function watchBlockingCalls(seen: (name: string) => void): () => void {
  const undo: (() => void)[] = []
  for (const [name, owner, key] of CALLS) {
    const original: unknown = Reflect.get(owner, key)
    if (typeof original !== "function") continue
    const watched = function (this: unknown, ...given: readonly unknown[]): unknown {
      // What the library and Node call for themselves is not the program's.
      if (isProgram(new Error("whose call").stack ?? "")) seen(name)
      return Reflect.apply(original, this, given) as unknown
    }
    Reflect.set(owner, key, watched)
    undo.push(() => void Reflect.set(owner, key, original))
  }
  syncBuiltinESMExports()
  return () => {
    for (const undone of undo) undone()
    syncBuiltinESMExports()
  }
}

/** Whether the caller, which stands below the wrapper, is a file that is neither Node's nor of this package. */
function isProgram(stack: string): boolean {
  const caller = stack.split("\n")[2] ?? ""
  return !caller.includes("node:") && !caller.includes(OWN)
}

/** The folder that holds this package's code: two above in the sources, one above in a bundle. */
const OWN = new URL(import.meta.url.includes("/cli/exercises/") ? "../../" : "../", import.meta.url).href
