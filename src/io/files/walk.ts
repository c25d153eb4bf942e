import type { Dirent } from "node:fs"
import { join } from "node:path"
import { checkFunction, checkInteger } from "../../structures/arguments.ts"
import { CancelledError } from "../../errors/cancelled-error.ts"
import { closeDirectory, directoryIdentity, readDirectory, readFurther, type DirectoryPart } from "./directory-reader.ts"
import { pathOf, type FilePath } from "./file-path.ts"

/** What was found in a directory. */
export interface WalkEntry {
  /** The path that was given, with the way from there. */
  readonly path: string
  readonly name: string
  /** 1 for what is in the directory that was given. */
  readonly depth: number
  /** `"symlink"` for a symbolic link that is not followed, or leads nowhere. */
  readonly kind: "file" | "directory" | "symlink" | "other"
}

/** How a tree is walked. */
export interface WalkOptions {
  /** How deep; 1 for one directory, without limit by default. */
  readonly maxDepth?: number | undefined
  /** Takes symbolic links for what they lead to, and each directory once; false by default. */
  readonly followSymlinks?: boolean | undefined
  /** Whether to look into a directory; into all by default. */
  readonly enter?: ((entry: WalkEntry) => boolean) | undefined
  /** Is told what cannot be read, and the walk goes on; without it the walk fails. */
  readonly onError?: ((error: unknown, path: string) => void) | undefined
}

/**
 * All that is in a directory and those below it, in the order in which the host tells it: a
 * directory comes before what is in it.
 *
 * It reads one directory at a time, in parts, as fast as the entries are taken: in memory
 * there are at most 256 entries and the paths of the directories still to come.
 *
 * @throws TypeError or RangeError at the call for wrong arguments; from a step, without
 * `onError`, FileNotFoundError, NotADirectoryError, PermissionError or another OSError.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(() =>
 *   asyncio.files.temporaryDirectory().run(async (folder) => {
 *     await asyncio.files.makeDirectories(`${folder}/teas`)
 *     await asyncio.files.write(`${folder}/teas/assam`, "strong")
 *     for await (const { name, kind } of asyncio.files.walk(folder)) console.log(kind, name) // -> directory teas, then file assam
 *   }),
 * )
 * ```
 *
 * @see https://docs.python.org/3/library/os.html#os.walk
 */
export function walk(root: FilePath, options: WalkOptions = {}): AsyncGenerator<WalkEntry, void, undefined> {
  const { maxDepth = Infinity, followSymlinks = false, enter = () => true, onError = fail } = options
  const path = pathOf(root, "files.walk")
  if (maxDepth !== Infinity) checkInteger(maxDepth, "the maxDepth of files.walk", 1)
  checkFunction(enter, "enter of files.walk")
  checkFunction(onError, "onError of files.walk")
  return entriesBelow({ path, depth: 0 }, { maxDepth, seen: followSymlinks ? new Set() : null, enter, onError })
}

interface Place {
  readonly path: string
  readonly depth: number
}

interface Walk {
  readonly maxDepth: number
  /** The directories that were reached, where symbolic links are followed. */
  readonly seen: Set<string> | null
  readonly enter: (entry: WalkEntry) => boolean
  readonly onError: (error: unknown, path: string) => void
}

// Errors within `try` of a generator that also yields there would be those of the consumer,
// so each step of the host is tried on its own.
async function* entriesBelow(root: Place, walk: Walk): AsyncGenerator<WalkEntry, void, undefined> {
  const places = [root]
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    const { path, depth } = place
    if (walk.seen !== null && !(await tried(walk, path, isNew(path, walk.seen)))) continue
    let part = await tried(walk, path, readDirectory(path))
    try {
      while (part !== undefined) {
        const found = part
        for (const dirent of found.entries) {
          const entry = { path: join(path, dirent.name), name: dirent.name, depth: depth + 1, kind: await kindOf(dirent, join(path, dirent.name), walk) }
          if (entry.kind === "directory" && entry.depth < walk.maxDepth && walk.enter(entry)) places.push(entry)
          yield entry
        }
        const { rest }: DirectoryPart = found
        part = rest === null ? undefined : await tried(walk, path, readFurther(path, rest))
      }
    } finally {
      const rest = part?.rest
      if (rest !== undefined && rest !== null) await closeDirectory(path, rest)
    }
  }
}

async function isNew(path: string, seen: Set<string>): Promise<boolean> {
  const { identity } = await directoryIdentity(path)
  // What is no directory is for the reading of it to refuse.
  if (identity === null) return true
  if (seen.has(identity)) return false
  seen.add(identity)
  return true
}

async function kindOf(dirent: Dirent, path: string, walk: Walk): Promise<WalkEntry["kind"]> {
  if (dirent.isDirectory()) return "directory"
  if (dirent.isFile()) return "file"
  if (!dirent.isSymbolicLink()) return "other"
  if (walk.seen === null) return "symlink"
  const target = await tried({ onError: () => undefined }, path, directoryIdentity(path))
  if (target === undefined) return "symlink"
  return target.identity === null ? "file" : "directory"
}

/** Undefined if it failed and the walk is to go on. */
async function tried<T>({ onError }: Pick<Walk, "onError">, path: string, step: PromiseLike<T>): Promise<T | undefined> {
  try {
    return await step
  } catch (error) {
    if (error instanceof CancelledError) throw error
    onError(error, path)
    return undefined
  }
}

function fail(error: unknown): never {
  throw error
}
