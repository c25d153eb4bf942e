import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { outputApart } from "../leftovers.ts"
import type { Work } from "../proof.ts"

const ROOT = fileURLToPath(new URL("../../", import.meta.url))
const SOURCES = "--conditions=asyncio-ts:source"
const MOST_AT_ONCE = 4
/** Milliseconds that a file of tests may take: V8 counts slowly. */
const LIMIT = 10 * 60_000
/** Lines of a file's output that are told where it fails. */
const TOLD = 20

/** Where the processes of tests write. */
interface Folders {
  /** What V8 counted. */
  readonly reports: string
  /** What tests keep for a while. */
  readonly scratch: string
}

/** Runs files of tests, each in a process of its own; gives how many came to their end, and those that failed. */
export async function runTests(
  files: readonly string[],
  { reports, scratch }: Folders,
  { signal, progress }: Pick<Work, "signal" | "progress">,
): Promise<{ done: number; failures: string[] }> {
  const options = process.env["NODE_OPTIONS"] ?? ""
  // A variable by which a test knows that it is one makes it tell its outcome to whom nobody listens to.
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env
  const env: NodeJS.ProcessEnv = {
    ...inherited,
    NODE_OPTIONS: options.includes(SOURCES) ? options : `${options} ${SOURCES}`.trim(),
    NODE_V8_COVERAGE: reports,
    TMPDIR: scratch,
    // Functions that come from a cache are counted less exactly.
    NODE_DISABLE_COMPILE_CACHE: "1",
  }
  const failures: string[] = []
  const waiting = [...files]
  let done = 0
  const run = async (file: string): Promise<void> => {
    const limit = AbortSignal.timeout(LIMIT)
    const { code, stdout } = await outputApart(process.execPath, [file], { cwd: ROOT, env }, AbortSignal.any([signal, limit]))
    if (signal.aborted) return
    if (code !== 0) failures.push(`${file} ${limit.aborted ? `takes more than ${LIMIT / 60_000} minutes` : "fails"}:\n${stdout.trim().split("\n").slice(-TOLD).join("\n")}`)
    done += 1
    progress(done, files.length)
  }
  const worker = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined && !signal.aborted; file = waiting.shift()) await run(file)
  }
  await Promise.all(Array.from({ length: Math.min(MOST_AT_ONCE, availableParallelism()) }, worker))
  return { done, failures }
}
