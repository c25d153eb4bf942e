/** Small programs in a process of their own: how it ends is what is tested. */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../../", import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface ChildOptions {
  /** `module` by default; `commonjs` programs use `require`. */
  readonly type?: "module" | "commonjs"
  /** Interrupts the program each time it writes this line. */
  readonly interruptAt?: string
}

/** Runs `source` to its end; a program that hangs is ended by a signal that no program catches. */
export function runProgram(source: string, options: ChildOptions = {}): Promise<Ended> {
  const { type = "module", interruptAt } = options
  const child = spawn(
    process.execPath,
    ["--conditions=asyncio-ts:source", `--input-type=${type}`, "--eval", source],
    { cwd: root, stdio: ["ignore", "pipe", "pipe"] },
  )
  let stdout = ""
  let stderr = ""
  let seen = 0
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text
    if (interruptAt === undefined) return
    const lines = stdout.split("\n").filter((line) => line === interruptAt).length
    for (; seen < lines; seen++) child.kill("SIGINT")
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text
  })
  const limit = setTimeout(() => child.kill("SIGKILL"), 10_000)
  return new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code, signal) => {
      clearTimeout(limit)
      resolve({ code, signal, stdout, stderr })
    })
  })
}
