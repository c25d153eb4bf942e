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
  // By standard input, which Deno takes as a module, too.
  const child = spawn(process.execPath, ["--conditions=asyncio-ts:source", `--input-type=${type}`, "-"], { cwd: root })
  child.stdin.end(source)
  let stdout = ""
  let stderr = ""
  let seen = 0
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text
    if (interruptAt === undefined) return
    const lines = stdout.split("\n").filter((line) => line === interruptAt).length
    for (; seen < lines; seen++) interrupt(child.pid)
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text
  })
  const limit = setTimeout(() => interrupt(child.pid, "SIGKILL"), 60_000)
  return new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code, signal) => {
      clearTimeout(limit)
      resolve({ code, signal, stdout, stderr })
    })
  })
}

/** Not child.kill, which Deno 2.9 does once only. */
function interrupt(pid: number | undefined, signal: NodeJS.Signals = "SIGINT"): void {
  if (pid !== undefined) process.kill(pid, signal)
}
