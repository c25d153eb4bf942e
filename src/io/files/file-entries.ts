/** Operations of one call each on what a path names. */
import { copyFile, constants, lstat, mkdir, readdir, rename as renameAtHost, stat as statAtHost, unlink, type Stats } from "node:fs"
import type { Coroutine } from "../../core/coroutine.ts"
import { FileOperation, type FileJob } from "./file-operation.ts"
import { pathOf, quoted, type FilePath } from "./file-path.ts"

/** How a path is followed. */
export interface StatOptions {
  /** Tells of what a symbolic link leads to, not of the link; true by default. */
  readonly followSymlinks?: boolean | undefined
}

/**
 * What the host knows of a file or directory: its size, times, kind and permissions.
 *
 * @throws FileNotFoundError, PermissionError or another OSError, with the path; TypeError at
 * the call for what is no path.
 * @throws CancelledError if the task is cancelled first.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * console.log((await asyncio.run(() => asyncio.files.stat("."))).isDirectory()) // -> true
 * ```
 */
export function stat(path: FilePath, options: StatOptions = {}): Coroutine<Stats> {
  const ask = options.followSymlinks === false ? lstat : statAtHost
  return simple<Stats>("stat", path, "cannot ask about", (at, job) => ask(at, job.then<Stats>((stats) => job.returned(stats))))
}

/**
 * Whether there is something at a path; false for a symbolic link that leads nowhere.
 *
 * @throws PermissionError if that may not be known; TypeError at the call for what is no path.
 * @throws CancelledError if the task is cancelled first.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * console.log(await asyncio.run(() => asyncio.files.exists("/no/such/file"))) // -> false
 * ```
 */
export function exists(path: FilePath): Coroutine<boolean> {
  return simple<boolean>("exists", path, "cannot ask about", (at, job) =>
    statAtHost(at, (error) => {
      if (error === null) job.returned(true)
      else if (error.code === "ENOENT" || error.code === "ENOTDIR") job.returned(false)
      else job.failed(error)
    }),
  )
}

/**
 * The names of what is in a directory, in no particular order. For large trees see `walk`.
 *
 * @throws FileNotFoundError, NotADirectoryError, PermissionError or another OSError, with the
 * path; TypeError at the call for what is no path.
 * @throws CancelledError if the task is cancelled first.
 */
export function list(path: FilePath): Coroutine<string[]> {
  return simple<string[]>("list", path, "cannot list", (at, job) => readdir(at, job.then<string[]>((names) => job.returned(names))))
}

/** How directories are made. */
export interface MakeDirectoriesOptions {
  /** The permissions; 0o777 less the process's mask by default. */
  readonly mode?: number | undefined
}

/**
 * Makes a directory, and those above it that are missing; one that exists is left as it is.
 *
 * @throws FileExistsError if it is a file, NotADirectoryError if one above it is,
 * PermissionError or another OSError, with the path; TypeError at the call for what is no path.
 * @throws CancelledError if the task is cancelled first; it may have been made.
 */
export function makeDirectories(path: FilePath, options: MakeDirectoriesOptions = {}): Coroutine<void> {
  const { mode = 0o777 } = options
  return simple<void>("makeDirectories", path, "cannot make the directory", (at, job) =>
    mkdir(at, { recursive: true, mode }, job.then<unknown>(() => job.returned())),
  )
}

/**
 * Gives a file or directory another name. A file that has the name is replaced.
 *
 * @throws FileNotFoundError, IsADirectoryError, PermissionError or another OSError, with both
 * paths; TypeError at the call for what is no path.
 * @throws CancelledError if the task is cancelled first; it may have been done.
 */
export function rename(from: FilePath, to: FilePath): Coroutine<void> {
  const target = pathOf(to, "files.rename")
  return simple<void>("rename", from, "cannot rename", (at, job) => renameAtHost(at, target, job.then<void>(() => job.returned())), target)
}

/** How a file is copied. */
export interface CopyOptions {
  /** Replaces a file that is there; true by default. */
  readonly overwrite?: boolean | undefined
}

/**
 * Copies a file, with its permissions. The host does it by itself, on the disk where that can.
 *
 * @throws FileNotFoundError, FileExistsError without `overwrite`, IsADirectoryError,
 * PermissionError or another OSError, with both paths; TypeError at the call for what is no path.
 * @throws CancelledError if the task is cancelled first; the host cannot be stopped, and
 * finishes the copy.
 */
export function copy(from: FilePath, to: FilePath, options: CopyOptions = {}): Coroutine<void> {
  const target = pathOf(to, "files.copy")
  const mode = options.overwrite === false ? constants.COPYFILE_EXCL : 0
  return simple<void>("copy", from, "cannot copy", (at, job) => copyFile(at, target, mode, job.then<void>(() => job.returned())), target)
}

/** How something is removed. */
export interface RemoveOptions {
  /** Does nothing if there is nothing to remove. */
  readonly missingOk?: boolean | undefined
}

/**
 * Removes a file or a symbolic link. For directories see `removeTree`.
 *
 * @throws FileNotFoundError unless `missingOk`, IsADirectoryError, PermissionError or another
 * OSError, with the path; TypeError at the call for what is no path.
 * @throws CancelledError if the task is cancelled first; it may have been done.
 */
export function remove(path: FilePath, options: RemoveOptions = {}): Coroutine<void> {
  return simple<void>("remove", path, "cannot remove", (at, job) =>
    unlink(at, (error) => {
      if (error === null || (error.code === "ENOENT" && options.missingOk === true)) job.returned()
      else job.failed(error)
    }),
  )
}

function simple<T>(name: string, path: FilePath, attempt: string, start: (path: string, job: FileJob<T>) => void, to?: string): Coroutine<T> {
  const at = pathOf(path, `files.${name}`)
  return new FileOperation<T>({
    name: `files.${name}`,
    path: at,
    attempt: `${attempt} ${quoted(at)}${to === undefined ? "" : ` to ${quoted(to)}`}`,
    start: (job) => start(at, job),
  })
}
