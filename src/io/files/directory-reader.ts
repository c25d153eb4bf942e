/** Reads directories in parts, so that a huge one is never held whole. */
import { opendir, stat, type BigIntStats, type Dir, type Dirent } from "node:fs"
import type { Coroutine } from "../../core/coroutine.ts"
import { FileOperation, type FileJob } from "./file-operation.ts"
import { quoted } from "./file-path.ts"

const BATCH = 256

/** Some entries of a directory, and the open directory if there are more. */
export interface DirectoryPart {
  readonly entries: readonly Dirent[]
  readonly rest: Dir | null
}

/** Opens a directory and reads the first part of it; closes it if that is all. */
export function readDirectory(path: string): Coroutine<DirectoryPart> {
  return part(path, (job) => opendir(path, { bufferSize: BATCH }, job.then<Dir>((directory) => readPart(job, directory))))
}

/** Reads a further part. */
export function readFurther(path: string, directory: Dir): Coroutine<DirectoryPart> {
  return part(path, (job) => readPart(job, directory))
}

/** Closes a directory that was not read to its end. */
export function closeDirectory(path: string, directory: Dir): Coroutine<void> {
  return new FileOperation<void>({
    name: "files.walk",
    path,
    attempt: `cannot close the directory ${quoted(path)}`,
    always: true,
    start: (job) => directory.close(() => job.returned()),
  })
}

/** What tells one directory from all others, by whatever path it is reached; null if it is none. */
export function directoryIdentity(path: string): Coroutine<{ readonly identity: string | null }> {
  return new FileOperation<{ readonly identity: string | null }>({
    name: "files.walk",
    path,
    attempt: `cannot ask about ${quoted(path)}`,
    start: (job) =>
      stat(
        path,
        { bigint: true },
        job.then<BigIntStats>((stats) => job.returned({ identity: stats.isDirectory() ? `${stats.dev}:${stats.ino}` : null })),
      ),
  })
}

function part(path: string, start: (job: FileJob<DirectoryPart>) => void): Coroutine<DirectoryPart> {
  return new FileOperation<DirectoryPart>({
    name: "files.walk",
    path,
    attempt: `cannot read the directory ${quoted(path)}`,
    start,
    discard: ({ rest }) => rest?.close(() => undefined),
  })
}

function readPart(job: FileJob<DirectoryPart>, directory: Dir): void {
  const entries: Dirent[] = []
  const readOn = (): void =>
    directory.read((error, entry) => {
      if (error !== null) directory.close(() => job.failed(error))
      else if (entry === null) directory.close(() => job.returned({ entries, rest: null }))
      else {
        entries.push(entry)
        if (entries.length === BATCH || job.stopped) job.returned({ entries, rest: directory })
        else readOn()
      }
    })
  readOn()
}
