/** Runs the programs of examples/lessons: on virtual time in this process, or for real in one of their own. */
import { spawn } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { registerHooks } from "node:module"
import { join } from "node:path"
import { setImmediate } from "node:timers/promises"
import { pathToFileURL } from "node:url"
import { format } from "node:util"

export const folder = join(import.meta.dirname, "../../../examples/lessons")
/** As places in a program name it. */
const FOLDER_URL = `${pathToFileURL(folder).href}/`
/** Seconds after which a program is ended. */
const PATIENCE = 110

/** What a program wrote, or is to write. */
export interface Written {
  readonly out: string
  /** On standard error: warnings, without the process id that Node puts before them. */
  readonly err: string
}

/** The names of all programs, without `.ts`. */
export function programs(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -".ts".length))
}

/** What stands beside the program: `NAME.txt`, and `NAME.stderr.txt` if it warns. */
export function expected(name: string): Written {
  const err = join(folder, `${name}.stderr.txt`)
  return { out: readFileSync(join(folder, `${name}.txt`), "utf8"), err: existsSync(err) ? readFileSync(err, "utf8") : "" }
}

/** Imports the program with `asyncio.run` on virtual time. */
export async function runVirtually(name: string): Promise<Written> {
  const url = pathToFileURL(join(folder, `${name}.ts`)).href
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === "asyncio-ts" && context.parentURL === url
        ? next(new URL("virtual-asyncio.ts", import.meta.url).href, context)
        : next(specifier, context),
  })
  let out = ""
  let err = ""
  const { log } = console
  const warned = (warning: Error): void => void (err += `${warning.name}: ${warning.message}\n`)
  console.log = (...given: unknown[]) => void (out += `${format(...given)}\n`)
  process.on("warning", warned)
  try {
    await import(url)
    // Warnings are emitted a tick later.
    await setImmediate()
  } finally {
    process.off("warning", warned)
    console.log = log
    hooks.deregister()
  }
  return withoutFolder({ out, err })
}

/** Runs the program as a learner does, with these arguments. */
export function runForReal(name: string, args: readonly string[] = []): Promise<Written> {
  return new Promise((resolve, reject) => {
    // Before Node 24, running TypeScript warns that it is new.
    const options = ["--conditions=asyncio-ts:source", "--disable-warning=ExperimentalWarning"]
    const child = spawn(process.execPath, [...options, join(folder, `${name}.ts`), ...args], { timeout: PATIENCE * 1000 })
    let out = ""
    let err = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text))
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text))
    child.on("error", reject)
    child.on("close", (code, signal) => {
      if (code === 0) resolve(withoutFolder({ out, err: withoutProcess(err) }))
      else reject(new Error(`${name}.ts ended with ${signal ?? code}:\n${out}${err}`))
    })
  })
}

/** Places are told with the whole path of their file; what is promised has its name only. */
function withoutFolder({ out, err }: Written): Written {
  return { out: out.replaceAll(FOLDER_URL, ""), err: err.replaceAll(FOLDER_URL, "") }
}

function withoutProcess(text: string): string {
  return text.replace(/^\(node:\d+\) (?:\[\w+\] )?/gm, "").replace(/^\(Use `.* --trace-warnings .*\n/gm, "")
}
