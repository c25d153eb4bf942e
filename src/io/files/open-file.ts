import { close, fstat, open as openAtHost, type Stats } from "node:fs"
import { checkInteger, describe } from "../../structures/arguments.ts"
import { IsADirectoryError } from "../../errors/os-errors.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import { AsyncFile } from "./async-file.ts"
import { FileOperation } from "./file-operation.ts"
import { HeldFile } from "./held-file.ts"
import { pathOf, quoted, type FilePath } from "./file-path.ts"
import { checkEncoding, type FileEncoding } from "./file-text.ts"

/** How a file is opened: to read (`r`), to write anew (`w`), to append (`a`); with `+` also the other way, with `x` only if it is new. */
export type OpenFlags = "r" | "r+" | "w" | "w+" | "wx" | "wx+" | "a" | "a+" | "ax" | "ax+"

const FLAGS: readonly unknown[] = ["r", "r+", "w", "w+", "wx", "wx+", "a", "a+", "ax", "ax+"] satisfies OpenFlags[]

/** How a file is opened. */
export interface OpenOptions {
  /** The permissions of a new file; 0o666 less the process's mask by default. */
  readonly mode?: number | undefined
  /** Of text and lines; `"utf-8"` by default. */
  readonly encoding?: FileEncoding | undefined
  /** The longest line in bytes; 1 MiB by default. */
  readonly lineLimit?: number | undefined
}

/**
 * Opens a file. It must be closed: with `await using`, or in a `finally`.
 *
 * For pipes and terminals, which have no position, there are `connectReadPipe` and `input`.
 *
 * @throws FileNotFoundError, IsADirectoryError, FileExistsError (with `x`), PermissionError or
 * another OSError, with the path; TypeError or RangeError at the call for wrong arguments.
 * @throws CancelledError if the task is cancelled first; what is opened all the same is
 * closed at once.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(() =>
 *   asyncio.files.temporaryDirectory().run(async (folder) => {
 *     const file = await asyncio.files.open(`${folder}/menu`, "w+")
 *     try {
 *       await file.writeAll("Assam\nEarl Grey\n")
 *       await file.seek(0)
 *       for await (const line of file) console.log(line) // -> Assam, then Earl Grey
 *     } finally {
 *       await file.close()
 *     }
 *   }),
 * )
 * ```
 *
 * @see https://docs.python.org/3/library/functions.html#open
 */
export function open(path: FilePath, flags: OpenFlags = "r", options: OpenOptions = {}): Coroutine<AsyncFile> {
  const { mode = 0o666, lineLimit = 2 ** 20 } = options
  const target = pathOf(path, "files.open")
  const encoding = checkEncoding(options.encoding)
  checkInteger(lineLimit, "the lineLimit of a file", 1)
  if (!FLAGS.includes(flags)) throw new TypeError(`files.open takes one of the flags ${FLAGS.join(", ")}, not ${describe(flags)}`)
  const attempt = `cannot open ${quoted(target)}`
  return new FileOperation<AsyncFile>({
    name: "files.open",
    path: target,
    attempt,
    start: (job) => {
      const refuse = (fd: number, error: Error): void => close(fd, () => job.failed(error))
      const opened = (fd: number): void =>
        fstat(fd, (error, stats: Stats) => {
          if (error !== null) refuse(fd, error)
          else if (job.stopped) refuse(fd, new Error("nobody waits for it"))
          // The host opens a directory to read, and refuses each read.
          else if (stats.isDirectory()) refuse(fd, new IsADirectoryError(`${attempt}: it is a directory (EISDIR)`, { code: "EISDIR", path: target }))
          else {
            const appends = flags.startsWith("a")
            job.returned(new AsyncFile({ held: new HeldFile(fd, target, job.loop), position: appends ? stats.size : 0, appends, encoding, lineLimit }))
          }
        })
      openAtHost(target, flags, mode, job.then<number>(opened))
    },
    discard: (file) => AsyncFile.drop(file),
  })
}
