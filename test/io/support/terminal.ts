/** A real terminal, held by tmux, in which a program of test/io/programs runs. */
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { until } from "./children.ts"

const root = fileURLToPath(new URL("../../../", import.meta.url))

export class Terminal {
  readonly #folder = mkdtempSync(join(tmpdir(), "asyncio-test-"))

  /** Runs the program; when it has ended, says so, and how it left the terminal. In a shell, as a job of it. */
  constructor(program: string, args: readonly string[], inShell: boolean) {
    if (inShell) {
      this.#tmux("new-session", "-d", "-x", "80", "-y", "24", "-c", root, "sh", "-i")
      this.press(`clear; alias program='${process.execPath} --conditions=asyncio-ts:source test/io/programs/${program} ${args.join(" ")}'`, "Enter", "program", "Enter")
      return
    }
    const words = [process.execPath, "--disable-warning=ExperimentalWarning", "--conditions=asyncio-ts:source", `test/io/programs/${program}`, ...args]
    const modes = `stty -a | tr ' ' '\\n' | grep -x -e '-*icanon' -e '-*echo' -e '-*isig' | tr '\\n' ' '`
    this.#tmux("new-session", "-d", "-x", "80", "-y", "24", "-c", root, "sh", "-c", `"$@"; echo "left with $?: $(${modes})"; exec cat`, "sh", ...words)
  }

  #tmux(...args: string[]): string {
    return execFileSync("tmux", ["-S", join(this.#folder, "tmux"), "-f", "/dev/null", ...args], { encoding: "utf8" })
  }

  /** What is on the screen. */
  screen(): string {
    return this.#tmux("capture-pane", "-p").trimEnd()
  }

  /** Presses keys, in tmux's names: `Enter`, `C-c`, `Up`, or text. */
  press(...keys: string[]): void {
    this.#tmux("send-keys", ...keys)
  }

  /** Pastes text as a terminal does, all at once. */
  paste(text: string): void {
    this.#tmux("set-buffer", text)
    this.#tmux("paste-buffer", "-r")
  }

  /** Waits until the screen shows this. */
  async shows(pattern: RegExp): Promise<string> {
    let screen = ""
    await until(() => pattern.test((screen = this.screen())), `${pattern} on the screen`).catch(() => assert.fail(`never ${pattern}, but:\n${screen}`))
    return screen
  }

  end(): void {
    this.#tmux("kill-server")
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Runs `body` with a terminal, and ends it. */
export async function inTerminal(
  program: string,
  args: readonly string[],
  body: (terminal: Terminal) => Promise<void>,
  { inShell = false }: { inShell?: boolean } = {},
): Promise<void> {
  const terminal = new Terminal(program, args, inShell)
  try {
    await body(terminal)
  } finally {
    terminal.end()
  }
}
