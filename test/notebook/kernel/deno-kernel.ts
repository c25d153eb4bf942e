/** Deno's kernel, driven by Jupyter's own client, as a notebook drives it. */
import { spawn } from "node:child_process"
import { accessSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { text } from "node:stream/consumers"

/** What a notebook shows below a cell, as its file has it. */
export type Output =
  | { readonly output_type: "stream"; readonly name: string; readonly text: string }
  | { readonly output_type: "execute_result" | "display_data"; readonly data: Readonly<Record<string, string>>; readonly metadata: object; readonly execution_count?: number }
  | { readonly output_type: "error"; readonly ename: string; readonly evalue: string; readonly traceback: readonly string[] }

export interface Cell {
  readonly code: string
  /** Stop is pressed when the cell has printed this. */
  readonly stopAt?: string
}

const root = join(import.meta.dirname, "../../..")
const { install } = (await import(new URL("../../../tools/install.mjs", import.meta.url).href)) as { install: (folder: string) => void } // what that file exports

/** Where the notebooks are, and what maps `asyncio-ts` to the sources. */
export const notebooks = join(root, "examples/notebook")

/** Jupyter's client, which `needs` looks for. */
const CLIENT = "jupyter-run"

/** Runs the cells one after the other in a fresh kernel; gives the outputs of each, of fewer if the kernel ended. */
export async function runCells(cells: readonly Cell[]): Promise<Output[][]> {
  const home = mkdtempSync(join(tmpdir(), "asyncio-ts-notebook-"))
  try {
    // Its kernels, its connections and what Deno compiles are a user's own.
    const env = { PATH: process.env["PATH"], HOME: home, DENO_DIR: join(home, "deno"), DENO_NO_UPDATE_CHECK: "1" }
    await run(deno(), ["jupyter", "--install"], env, "")
    const told = await run(python(), [join(import.meta.dirname, "run_cells.py")], env, JSON.stringify({ kernel: "deno", cwd: notebooks, cells }))
    return JSON.parse(told) as Output[][] // as run_cells.py writes them
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** The program of Deno's package for this machine; its launcher needs an install script. */
function deno(): string {
  const folder = join(root, "tools", "notebook")
  install(folder)
  const [found] = globSync("node_modules/@deno/*/deno{,.exe}", { cwd: folder })
  if (found === undefined) throw new Error(`the package deno has no program for ${process.platform} on ${process.arch}`)
  return join(folder, found)
}

/** The Python for which the client is installed, which need not be the first on the path. */
function python(): string {
  const client = (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, CLIENT)).find(isThere)
  const first = client === undefined ? "" : (readFileSync(client, "utf8").split("\n")[0] ?? "")
  const [, program] = /^#!\s*(\S+)$/.exec(first) ?? []
  if (program === undefined) throw new Error(`${client ?? CLIENT} does not begin with the path of its Python, but with ${JSON.stringify(first)}`)
  return program
}

function isThere(file: string): boolean {
  try {
    accessSync(file)
    return true
  } catch {
    return false
  }
}

async function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv, input: string): Promise<string> {
  const child = spawn(program, args, { env, stdio: ["pipe", "pipe", "pipe"] })
  // Whoever reads nothing may have ended before; its code tells.
  child.stdin.on("error", () => undefined).end(input)
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), new Promise((resolve) => child.once("close", resolve))])
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${String(code)}:\n${out}${err}`)
  return out
}
