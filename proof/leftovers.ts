/**
 * What a proof leaves for a while, and must not leave behind, also where it is ended in the midst:
 * folders, and processes of its own.
 */
import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const left = new Set<() => void>()
let listens = false

/** Calls `clean` as this process exits, unless the returned function was called before. */
export function atExit(clean: () => void): () => void {
  if (!listens) {
    listens = true
    process.on("exit", () => {
      for (const each of left) each()
    })
  }
  left.add(clean)
  return () => void left.delete(clean)
}

/** A new folder below that for temporary files, and what removes it. */
export function scratchFolder(name: string): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), `asyncio-ts-${name}-`))
  const clean = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  const forget = atExit(clean)
  return {
    folder,
    remove() {
      clean()
      forget()
    },
  }
}

/**
 * Starts a process in a group of its own, which ends with all that it has started: once it has
 * ended itself, when `signal` is aborted, or as this process exits. Ctrl-C of a terminal reaches
 * only this process, so that nothing that it ends looks like a failure of its own.
 */
export function startApart(program: string, args: readonly string[], options: SpawnOptions, signal: AbortSignal): ChildProcess {
  const child = spawn(program, args, { ...options, detached: process.platform !== "win32" })
  const end = (): void => endGroup(child)
  const forget = atExit(end)
  const over = (): void => {
    signal.removeEventListener("abort", end)
    forget()
    end()
  }
  signal.addEventListener("abort", end)
  child.once("close", over).once("error", over)
  if (signal.aborted) end()
  return child
}

/** Ends a process that was started apart, and all that it has started. */
export function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === "win32") child.kill("SIGKILL")
    else process.kill(-child.pid, "SIGKILL")
  } catch {
    // It has ended, and all in it.
  }
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a process apart to its end. @throws what kept it from starting */
export function outputApart(program: string, args: readonly string[], options: SpawnOptions, signal: AbortSignal): Promise<Ended> {
  const child = startApart(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] }, signal)
  let stdout = ""
  let stderr = ""
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text))
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text))
  return new Promise((resolve, reject) => {
    child.on("error", reject).on("close", (code) => resolve({ code, stdout, stderr }))
  })
}
