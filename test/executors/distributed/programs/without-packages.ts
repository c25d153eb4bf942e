/** A call where the package named by the first argument is not installed. */
import { registerHooks } from "node:module"
import * as asyncio from "asyncio-ts"
import { DistributedExecutor } from "asyncio-ts/executors"

const missing = process.argv[2]
registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== missing) return next(specifier, context)
    throw Object.assign(new Error(`Cannot find package '${specifier}' imported from here`), { code: "ERR_MODULE_NOT_FOUND" })
  },
})

await asyncio.run(async () => {
  const executor = new DistributedExecutor()
  try {
    await executor.module<{ square(n: number): number }>("tasks").square(2)
  } catch (error) {
    console.log(String(error))
  }
  await executor.shutdown()
})
