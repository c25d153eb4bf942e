import { randomUUID } from "node:crypto"
import { fchmod, open, readlink, realpath, rename, stat, unlink } from "node:fs"
import { dirname, join, resolve } from "node:path"
import type { Coroutine } from "../../core/coroutine.ts"
import { FileOperation, type FileJob } from "./file-operation.ts"
import { pathOf, quoted, type FilePath } from "./file-path.ts"
import { bytesOf, checkEncoding, type FileData, type FileEncoding } from "./file-text.ts"
import { fill } from "./host-steps.ts"

/** How a file is written. */
export interface AppendOptions {
  /** Of text; `"utf-8"` by default. */
  readonly encoding?: FileEncoding | undefined
  /** The permissions of a new file; 0o666 less the process's mask by default. */
  readonly mode?: number | undefined
}

/** How a whole file is written. */
export interface WriteOptions extends AppendOptions {
  /**
   * Writes another file beside it, which then takes its name: whoever reads sees the old
   * content or the new, never a part; a failed or cancelled write leaves the old one.
   */
  readonly atomic?: boolean | undefined
  /** Waits until the disk has the data. */
  readonly sync?: boolean | undefined
}

/**
 * Writes a whole file; what was there before is replaced.
 *
 * @throws IsADirectoryError, FileNotFoundError for a folder that is missing, PermissionError
 * or another OSError, with the path; TypeError at the call for wrong arguments.
 * @throws CancelledError if the task is cancelled first. A part of the data may be in the
 * file then, unless the write is `atomic`: then there is the old content, or all of the new
 * if the file was just taking its name. In any case the file is closed once the host's
 * present step is over, and no file is left beside it.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(() =>
 *   asyncio.files.temporaryDirectory().run(async (folder) => {
 *     const path = `${folder}/settings.json`
 *     await asyncio.files.write(path, "{}", { atomic: true })
 *     console.log(await asyncio.files.readText(path)) // -> {}
 *   }),
 * )
 * ```
 */
export function write(path: FilePath, data: FileData, options: WriteOptions = {}): Coroutine<void> {
  const { atomic = false, sync = false, mode = 0o666 } = options
  const target = pathOf(path, "files.write")
  const bytes = bytesOf(data, checkEncoding(options.encoding), "files.write")
  return new FileOperation<void>({
    name: "files.write",
    path: target,
    attempt: `cannot write ${quoted(target)}`,
    start: (job) => {
      if (atomic) replace(job, target, { bytes, mode, sync })
      else open(target, "w", mode, job.then<number>((fd) => fill(job, fd, { bytes, sync }, (error) => end(job, error))))
    },
  })
}

/**
 * Writes at the end of a file, which is made if it is missing.
 *
 * @throws as `write`.
 * @throws CancelledError if the task is cancelled first; a part of the data may have been
 * written.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(() =>
 *   asyncio.files.temporaryDirectory().run(async (folder) => {
 *     for (const line of ["one\n", "two\n"]) await asyncio.files.append(`${folder}/log`, line)
 *     for await (const line of asyncio.files.lines(`${folder}/log`)) console.log(line) // -> one, then two
 *   }),
 * )
 * ```
 */
export function append(path: FilePath, data: FileData, options: AppendOptions = {}): Coroutine<void> {
  const { mode = 0o666 } = options
  const target = pathOf(path, "files.append")
  const bytes = bytesOf(data, checkEncoding(options.encoding), "files.append")
  return new FileOperation<void>({
    name: "files.append",
    path: target,
    attempt: `cannot append to ${quoted(target)}`,
    start: (job) => open(target, "a", mode, job.then<number>((fd) => fill(job, fd, { bytes, sync: false }, (error) => end(job, error)))),
  })
}

function end(job: FileJob<void>, error: Error | null): void {
  if (error === null) job.returned()
  else job.failed(error)
}

interface Replacement {
  readonly bytes: Uint8Array
  readonly mode: number
  readonly sync: boolean
}

/** Writes a file beside `target`, and lets it take its name. */
function replace(job: FileJob<void>, target: string, replacement: Replacement): void {
  // The file behind a link is what is replaced, not the link; also one that is still missing.
  realpath(target, (unknown, real) => {
    if (unknown === null) into(real)
    else if (unknown.code !== "ENOENT") job.failed(unknown)
    else readlink(target, (none, end) => (none === null ? replace(job, resolve(dirname(target), end), replacement) : into(target)))
  })

  function into(path: string): void {
    stat(path, (missing, old) => {
      const temporary = join(dirname(path), `.${randomUUID()}.tmp`)
      const drop = (error: Error | null): void => unlink(temporary, () => end(job, error))
      open(
        temporary,
        "wx",
        replacement.mode,
        job.then<number>((fd) => {
          const write = (): void =>
            fill(job, fd, replacement, (error) => {
              if (error !== null || job.stopped) drop(error)
              else rename(temporary, path, (failure) => (failure === null ? end(job, null) : drop(failure)))
            })
          // What is replaced keeps its permissions; where that is not allowed, the new ones stay.
          if (missing === null) fchmod(fd, old.mode & 0o7777, write)
          else write()
        }),
      )
    })
  }
}
