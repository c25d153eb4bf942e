/** Runs a program of the documentation, and gives what it wrote, to be compared with what is recorded beside it. */
import "./on-virtual-time.ts"
import { spawn } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { setImmediate } from "node:timers/promises"
import { fileURLToPath, pathToFileURL } from "node:url"
import { format } from "node:util"

export const root = fileURLToPath(new URL("../..", import.meta.url))
/** Seconds after which a program is ended. */
const PATIENCE = 110

/** The programs in a folder of the project, without `.ts`. */
export function programsIn(folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -".ts".length))
}

/** What a program writes: on standard output, and warnings without the process id before them. */
export interface Written {
  readonly out: string
  readonly err: string
}

/** What stands beside a program: `NAME.txt`, and `NAME.stderr.txt` if it warns. */
export function recordedOf(folder: string, name: string): Written {
  const err = join(root, folder, `${name}.stderr.txt`)
  return { out: readFileSync(join(root, folder, `${name}.txt`), "utf8"), err: existsSync(err) ? readFileSync(err, "utf8") : "" }
}

/** Imports the program into this process, where `asyncio.run` keeps virtual time; one program at a time. */
export async function outputHere(folder: string, name: string): Promise<Written> {
  let out = ""
  let err = ""
  const { log } = console
  const warned = (warning: Error): void => void (err += `${warning.name}: ${warning.message}\n`)
  console.log = (...given: unknown[]) => void (out += `${format(...given)}\n`)
  process.on("warning", warned)
  try {
    await import(pathToFileURL(join(root, folder, `${name}.ts`)).href)
    // Warnings are emitted a tick later.
    await setImmediate()
  } finally {
    process.off("warning", warned)
    console.log = log
  }
  return { out, err }
}

/**
 * Runs it in a process of its own.
 *
 * @throws if it fails
 */
export function outputOf(folder: string, name: string, { virtual }: { virtual: boolean }): Promise<Written> {
  // Before Node 24, running TypeScript warns that it is new.
  const options = ["--conditions=asyncio-ts:source", "--disable-warning=ExperimentalWarning"]
  if (virtual) options.push("--import", pathToFileURL(join(import.meta.dirname, "on-virtual-time.ts")).href)
  const { NODE_TEST_CONTEXT: _reporting, FORCE_COLOR: _colours, ...env } = process.env
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...options, join(root, folder, `${name}.ts`)], {
      env: { ...env, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: PATIENCE * 1000,
    })
    let out = ""
    let err = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text))
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text))
    child.on("error", reject)
    child.on("close", (code, signal) => {
      if (code === 0) resolve({ out, err: withoutProcess(err) })
      else reject(new Error(`${name}.ts ended with ${signal ?? code}:\n${out}${err}`))
    })
  })
}

function withoutProcess(text: string): string {
  return text.replace(/^\(node:\d+\) (?:\[\w+\] )?/gm, "").replace(/^\(Use `.* --trace-warnings .*\n/gm, "")
}
