/** Programs of test/io/programs with their standard input from a pipe. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

const folder = fileURLToPath(new URL("../programs/", import.meta.url))

export interface Piped {
  readonly text: string | Uint8Array
  /** The pipe stays open after it. */
  readonly open?: boolean
  /** Goes in once the program has written a line. */
  readonly later?: string | Uint8Array
}

/** What the program writes; it has to end by itself. */
export async function piped(program: string, args: readonly string[], { text, open = false, later }: Piped): Promise<string> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "--conditions=asyncio-ts:source", `${folder}${program}`, ...args])
  let written = ""
  let unsent = later
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    written += chunk
    if (unsent === undefined || !written.includes("\n")) return
    child.stdin.write(unsent)
    unsent = undefined
  })
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (written += chunk))
  if (open) child.stdin.write(text)
  else child.stdin.end(text)
  const limit = setTimeout(() => child.kill("SIGKILL"), 60_000)
  const code = await new Promise((resolve) => child.on("close", resolve))
  clearTimeout(limit)
  child.stdin.destroy()
  assert.equal(code, 0, `it did not end by itself, but wrote:\n${written}`)
  return written
}
