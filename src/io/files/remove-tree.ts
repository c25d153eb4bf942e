import { lstat, readdir, rmdir, unlink, type Dirent } from "node:fs"
import { join } from "node:path"
import type { Coroutine } from "../../core/coroutine.ts"
import type { RemoveOptions } from "./file-entries.ts"
import { FileOperation, type FileJob } from "./file-operation.ts"
import { pathOf, quoted, type FilePath } from "./file-path.ts"

/**
 * Removes a directory with all that is in it, or a file. Symbolic links are removed, and not
 * followed.
 *
 * @throws FileNotFoundError unless `missingOk`, PermissionError or another OSError, with the
 * path; what was removed until then is gone. TypeError at the call for what is no path.
 * @throws CancelledError if the task is cancelled first; the rest stays.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(() =>
 *   asyncio.files.temporaryDirectory().run(async (folder) => {
 *     await asyncio.files.makeDirectories(`${folder}/a/b/c`)
 *     await asyncio.files.removeTree(`${folder}/a`)
 *     console.log(await asyncio.files.list(folder)) // -> []
 *   }),
 * )
 * ```
 */
export function removeTree(path: FilePath, options: RemoveOptions = {}): Coroutine<void> {
  return treeRemoval(pathOf(path, "files.removeTree"), { missingOk: options.missingOk === true, always: false })
}

/** @param how - `always`: also when nobody waits for it any more */
export function treeRemoval(path: string, how: { readonly missingOk: boolean; readonly always: boolean }): Coroutine<void> {
  return new FileOperation<void>({
    name: "files.removeTree",
    path,
    attempt: `cannot remove ${quoted(path)}`,
    always: how.always,
    start: (job) => new TreeRemoval(job, how.missingOk).begin(path),
  })
}

/** Depth first, one call of the host at a time, since the lane counts it as one operation. */
class TreeRemoval {
  readonly #job: FileJob<void>
  readonly #missingOk: boolean
  /** What is still to be removed, the next one last; a directory twice: to look into, then to remove. */
  readonly #left: { readonly path: string; readonly kind: "file" | "directory" | "emptied" }[] = []

  constructor(job: FileJob<void>, missingOk: boolean) {
    this.#job = job
    this.#missingOk = missingOk
  }

  begin(path: string): void {
    lstat(path, (error, stats) => {
      if (error === null) {
        this.#left.push({ path, kind: stats.isDirectory() ? "directory" : "file" })
        this.#removeNext()
      } else if (error.code === "ENOENT" && this.#missingOk) this.#job.returned()
      else this.#job.failed(error)
    })
  }

  #removeNext(): void {
    const next = this.#left.pop()
    if (next === undefined || this.#job.stopped) this.#job.returned()
    else if (next.kind === "file") unlink(next.path, this.#removed)
    else if (next.kind === "emptied") rmdir(next.path, this.#removed)
    else readdir(next.path, { withFileTypes: true }, (error, entries) => this.#lookedInto(next.path, error, entries))
  }

  // What somebody else has removed meanwhile is as wished.
  readonly #removed = (error: NodeJS.ErrnoException | null): void => {
    if (error === null || error.code === "ENOENT") this.#removeNext()
    else this.#job.failed(error)
  }

  #lookedInto(path: string, error: NodeJS.ErrnoException | null, entries: Dirent[]): void {
    if (error === null) {
      this.#left.push({ path, kind: "emptied" })
      for (const entry of entries) this.#left.push({ path: join(path, entry.name), kind: entry.isDirectory() ? "directory" : "file" })
    }
    this.#removed(error)
  }
}
