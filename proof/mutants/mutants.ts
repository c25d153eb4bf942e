import { spawn } from "node:child_process"
import { globSync } from "node:fs"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { Random } from "../../test/support/random.ts"
import { atExit } from "../leftovers.ts"
import type { Attack } from "../proof.ts"

const ROOT = new URL("../../", import.meta.url)

/** `npm run put-back`, which works from patches in test/regressions/bugs/. */
export const mutants: Attack = async ({ size, seed, signal, progress }) => {
  const chosen = some(await bugNumbers(), size, seed)
  // Apart from this group: Ctrl-C of a terminal would end it before it is known here that it was interrupted.
  const child = spawn(process.execPath, ["tools/put-back.mjs", ...chosen.map(String)], { cwd: fileURLToPath(ROOT), stdio: ["ignore", "pipe", "inherit"], detached: process.platform !== "win32" })
  // It ends what it has started, and removes its copies, itself.
  const stop = (): void => void child.kill()
  const forget = atExit(stop)
  signal.addEventListener("abort", stop)
  const closed = new Promise<number | null>((resolve, reject) => child.on("close", resolve).on("error", reject))
  const failures: string[] = []
  let done = 0
  for await (const line of createInterface({ input: child.stdout })) {
    if (/^(ok|FAILED) /.test(line)) progress((done += 1), chosen.length)
    if (line.startsWith("FAILED ")) failures.push(line.slice("FAILED ".length))
    else if (line.startsWith("   ") && failures.length > 0) failures.push(`${failures.pop()}: ${line.trim()}`)
  }
  const code = await closed
  signal.removeEventListener("abort", stop)
  forget()
  if (!signal.aborted && (done < chosen.length || (code !== 0 && failures.length === 0))) failures.push(`put-back ended early, with exit code ${code}`)
  return { done, failures }
}

async function bugNumbers(): Promise<number[]> {
  const files = globSync("test/regressions/bugs/*.ts", { cwd: ROOT })
  const lists = await Promise.all(files.map(async (file) => (await import(new URL(file, ROOT).href)) as { bugs?: readonly { number: number }[] })) // as put-back.mjs has it
  return lists.flatMap(({ bugs = [] }) => bugs.map(({ number }) => number)).sort((a, b) => a - b)
}

function some(numbers: number[], size: number, seed: number): number[] {
  const random = new Random(seed)
  while (numbers.length > size) numbers.splice(random.below(numbers.length), 1)
  return numbers
}
