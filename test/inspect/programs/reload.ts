/**
 * Loads the library again and again, as a test runner with a registry of modules of its own does, and
 * drops each copy; one has a loop that runs on. Says how many are listed at the end. Needs --expose-gc.
 */
import { readFileSync } from "node:fs"
import { createRequire, stripTypeScriptTypes } from "node:module"
import { setImmediate as turn } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { compileFunction } from "node:vm"

import { rollup } from "@rollup/wasm-node"

const COPIES = 4
const ENTRY = fileURLToPath(new URL("../../../src/index.ts", import.meta.url))
const builtin = createRequire(import.meta.url)

/** The library as one CommonJS module: Node lets go of none of its own. */
async function bundled(): Promise<string> {
  const bundle = await rollup({
    input: ENTRY,
    plugins: [{ name: "types", load: (file) => stripTypeScriptTypes(readFileSync(file, "utf8")) }],
    external: /^node:/,
    onLog: () => undefined,
  })
  const { output } = await bundle.generate({ format: "cjs", inlineDynamicImports: true })
  return output[0].code
}

interface Library {
  run<T>(main: () => PromiseLike<T>): Promise<T>
  sleep(seconds: number): PromiseLike<void>
}

const code = await bundled()

async function use(seconds: number): Promise<void> {
  const module = { exports: {} }
  // As CommonJS runs a module.
  const load = compileFunction(code, ["require", "module", "exports"])
  load(builtin, module, module.exports)
  const { run, sleep } = module.exports as Library // what the entry exports
  await run(() => sleep(seconds))
}

const list = ((globalThis as { [key: symbol]: unknown })[Symbol.for("asyncio-ts.runtimes")] = [] as WeakRef<object>[])
const alive = (): number => list.filter((one) => one.deref() !== undefined).length
for (let copy = 0; copy < COPIES; copy += 1) await use(0.001)
void use(1000)
// Until nothing more goes; what a turn looks at stays until its end.
for (let look = 0; look < 50 && alive() > 1; look += 1) {
  await turn()
  globalThis.gc?.()
}
const left = alive()
await use(0.001)
console.log(`${left} alive after ${COPIES + 1}, ${list.length} listed by the next`)
process.exit()
