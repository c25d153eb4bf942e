/**
 * Runs a program in a child process, and gets Ctrl-C to it once.
 */
import { spawn, type ChildProcess } from "node:child_process"
import { readFileSync } from "node:fs"
import { constants } from "node:os"
import { extname } from "node:path"
import { fileURLToPath } from "node:url"

export interface Program {
  /** An absolute path. */
  readonly file: string
  readonly arguments: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** Where what it prints goes, if not where ours does. */
  readonly stdout?: number
  /** Told of its process. */
  readonly started?: (child: ChildProcess) => void
}

// What loads before the program: preload.ts here, preload.js once it is built.
const PRELOAD = new URL(`preload${extname(fileURLToPath(import.meta.url))}`, import.meta.url)
const FORWARDED = ["SIGTERM", "SIGHUP"] as const
/** npm and terminals may send one Ctrl-C twice. */
const SAME_CTRL_C_MS = 100
/** How long a program that is told to end may take to write down what it did. */
const GRACE_MS = 500

/** Runs `program` to its end, and gives its exit code: 128 and more if a signal ended it. */
export function runProgram(program: Program): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [...process.execArgv, "--import", PRELOAD.href, program.file, ...program.arguments],
      { stdio: ["inherit", program.stdout ?? "inherit", "inherit"], env: program.env },
    )
    program.started?.(child)
    const interrupts = new Interrupts(child)
    const forward = (signal: NodeJS.Signals): void => void child.kill(signal)
    process.on("SIGINT", interrupts.take)
    for (const signal of FORWARDED) process.on(signal, forward)
    const settle = (settled: () => void): void => {
      interrupts.stop()
      process.off("SIGINT", interrupts.take)
      for (const signal of FORWARDED) process.off(signal, forward)
      settled()
    }
    child.on("error", (error) => settle(() => reject(new Error(`cannot start ${process.execPath}`, { cause: error }))))
    child.on("exit", (code, signal) => {
      const ended = interrupts.ended ? 128 + constants.signals.SIGINT : exitCode(code, signal)
      settle(() => resolve(ended))
    })
  })
}

/** What Ctrl-C does: the first is the program's, the second ends it. */
class Interrupts {
  readonly #child: ChildProcess
  #last = -Infinity
  #count = 0
  #timer: NodeJS.Timeout | undefined

  constructor(child: ChildProcess) {
    this.#child = child
  }

  /** Whether it was Ctrl-C that ended the child against its will. */
  get ended(): boolean {
    return this.#count > 1
  }

  readonly take = (): void => {
    const again = performance.now() - this.#last < SAME_CTRL_C_MS
    this.#last = performance.now()
    if (again) return
    this.#count += 1
    if (this.#count === 1) {
      // A terminal sends it to every process in its foreground, the child among them.
      if (!inForeground()) this.#child.kill("SIGINT")
      return
    }
    this.#child.kill("SIGTERM")
    this.#timer ??= setTimeout(() => this.#child.kill("SIGKILL"), GRACE_MS)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}

function exitCode(code: number | null, signal: NodeJS.Signals | null): number {
  return signal === null ? (code ?? 1) : 128 + constants.signals[signal]
}

/** Whether our process group is the one that a terminal sends its signals to. */
function inForeground(): boolean {
  try {
    // Fields 5 and 8, counted after the name, which is in parentheses and may contain anything.
    const fields = readFileSync("/proc/self/stat", "utf8").replace(/^.*\) /s, "").split(" ")
    return fields[2] === fields[5]
  } catch {
    return process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  }
}
