import { cp, mkdir, symlink } from "node:fs/promises"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { outputApart, scratchFolder } from "../leftovers.ts"
import { CannotRun } from "../proof.ts"

const ROOT = fileURLToPath(new URL("../../", import.meta.url))
export const TOOL = join(ROOT, "tools", "mutation")
const COPIED = ["src", "package.json", "test/support", "test/sync", "test/tasks", "test/core"]

/** A small change to the sources, and what it is known by when the code round it moves. */
export interface Mutant {
  readonly id: string
  readonly file: string
  /** What Stryker calls this kind of change. */
  readonly mutator: string
  readonly line: number
  /** Its first line, without the space at the ends. */
  readonly text: string
  /** Where in `text` it begins. */
  readonly column: number
  readonly original: string
  readonly replacement: string
}

/** A copy of the sources and tests in which every mutant waits to be switched on. */
export interface Sandbox {
  readonly folder: string
  readonly mutants: readonly Mutant[]
  remove(): void
}

/** Installs Stryker's instrumenter if need be, lets it loose on a copy of `sources`, and bundles `tests` with it. */
export async function sandbox(sources: readonly string[], tests: readonly string[], signal: AbortSignal): Promise<Sandbox> {
  const run = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await outputApart(process.execPath, args, {}, signal)
    signal.throwIfAborted()
    if (code !== 0) throw new CannotRun(`${relative(ROOT, args[0] ?? "")} failed with exit code ${code}: ${/^\w*Error: .*$/m.exec(stderr)?.[0] ?? stderr.trim()}`)
    return stdout
  }
  await run(join(ROOT, "tools", "install.mjs"), TOOL)
  const { folder, remove } = scratchFolder("mutation")
  try {
    await mkdir(join(folder, "test"))
    for (const part of COPIED) {
      signal.throwIfAborted()
      await cp(join(ROOT, part), join(folder, part), { recursive: true })
    }
    await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction")
    const stdout = await run(join(TOOL, "instrument.mjs"), folder, ...sources)
    await run(join(TOOL, "bundle.mjs"), folder, ...tests)
    const mutants = JSON.parse(stdout) as readonly Mutant[] // of instrument.mjs, which is ours
    return { folder, mutants, remove }
  } catch (error) {
    remove()
    throw error
  }
}
