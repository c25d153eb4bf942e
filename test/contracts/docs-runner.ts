/** Runs the modules that are its arguments, one after the other, and writes what each line of them printed. */
import { registerHooks } from "node:module"
import { pathToFileURL } from "node:url"
import { format } from "node:util"
import type { Run } from "./docs-examples.ts"

const PATIENCE_MS = 30_000

// The `asyncio.run` of those called so keeps virtual time: what they print does not depend on how long the machine stood still.
const VIRTUAL = new URL("../examples/support/virtual-asyncio.ts", import.meta.url).href
registerHooks({
  resolve: (specifier, context, next) => next(specifier === "asyncio-ts" && context.parentURL?.endsWith(".virtual.ts") ? VIRTUAL : specifier, context),
})

const runs: Run[] = []
for (const file of process.argv.slice(2)) runs.push(await runOne(pathToFileURL(file).href))
process.stdout.write(JSON.stringify(runs), () => process.exit())

async function runOne(url: string): Promise<Run> {
  const printed: { line: number; text: string }[] = []
  const own = console.log
  console.log = (...given: unknown[]) => {
    // The outermost caller within the example: the line that holds the call.
    const { stack = "" } = new Error("where")
    const at = stack.indexOf(`${url}:`)
    const line = at === -1 ? 0 : Number.parseInt(stack.slice(at + url.length + 1), 10)
    printed.push({ line, text: format(...given) })
  }
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${PATIENCE_MS / 1000} s`)), PATIENCE_MS)
  })
  try {
    await Promise.race([import(url), late])
    return { printed }
  } catch (error) {
    return { printed, error: String(error) }
  } finally {
    clearTimeout(timer)
    console.log = own
  }
}
