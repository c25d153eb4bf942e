/**
 * Starts programs that are looked into, and ends them with the test.
 */
import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { readdirSync } from "node:fs"
import { createInterface } from "node:readline"
import type { TestContext } from "node:test"
import { fileURLToPath } from "node:url"

import { listeningSockets } from "#src/inspect/attach/listening-sockets-node.ts"

export interface Started {
  readonly child: ChildProcess
  readonly pid: number
  /** What it has printed up to `ready`. */
  readonly lines: readonly string[]
  /** What it has written to standard error until now. */
  readonly errors: () => string
  /** The next line that it prints. */
  readonly next: () => Promise<string>
}

export const WAITING = fileURLToPath(new URL("waiting.ts", import.meta.url))

/** A program that waits; an inspector of its own port, since tests run side by side. */
export function waiting(context: TestContext, words: readonly string[], options: readonly string[] = ["--inspect-port=0"], env: NodeJS.ProcessEnv = {}): Promise<Started> {
  return start(context, process.execPath, [...options, "--conditions=asyncio-ts:source", "--no-warnings", WAITING, ...words], env)
}

export async function start(context: TestContext, program: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Started> {
  const child = spawn(program, words, { stdio: "pipe", env: { ...process.env, NODE_OPTIONS: "", ...env } })
  context.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill("SIGKILL")
    await once(child, "exit")
  })
  let errors = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text))
  const reader = createInterface(child.stdout)[Symbol.asyncIterator]()
  const next = async (): Promise<string> => {
    const { done, value } = await reader.next()
    if (done === true) throw new Error(`the program has ended: ${errors}`)
    return value
  }
  const lines: string[] = []
  for (let line = await next(); line !== "ready"; line = await next()) lines.push(line)
  return { child, pid: child.pid ?? 0, lines, errors: () => errors, next }
}

/** What a process has open, to tell whether it is as it was. */
export function belongings(pid: number): { readonly files: number; readonly threads: number; readonly ports: number } {
  return { files: readdirSync(`/proc/${pid}/fd`).length, threads: readdirSync(`/proc/${pid}/task`).length, ports: listeningSockets(pid).length }
}
