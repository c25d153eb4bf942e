import { readFile } from "node:fs"
import type { Coroutine } from "../../core/coroutine.ts"
import { FileOperation } from "./file-operation.ts"
import { pathOf, quoted, type FilePath } from "./file-path.ts"
import { checkEncoding, type FileEncoding } from "./file-text.ts"

/** How text is read. */
export interface TextOptions {
  /** `"utf-8"` by default. */
  readonly encoding?: FileEncoding | undefined
}

/**
 * Reads a whole file.
 *
 * @throws FileNotFoundError, IsADirectoryError, PermissionError or another OSError, with the
 * path; TypeError at the call for what is no path.
 * @throws CancelledError if the task is cancelled first; the file is closed after at most one
 * more chunk of 512 KiB.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(() =>
 *   asyncio.files.temporaryDirectory().run(async (folder) => {
 *     await asyncio.files.write(`${folder}/tea`, "Masala")
 *     console.log((await asyncio.files.read(`${folder}/tea`)).length) // -> 6
 *   }),
 * )
 * ```
 *
 * @see https://pypi.org/project/aiofiles/
 */
export function read(path: FilePath): Coroutine<Buffer> {
  return readAs(pathOf(path, "files.read"), "files.read", (bytes) => bytes)
}

/**
 * Reads a whole file as text.
 *
 * @throws as `read`; TypeError at the call for an encoding that is not known.
 * @throws CancelledError as `read`.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * const text = await asyncio.run(() => asyncio.files.readText(new URL(import.meta.url)))
 * console.log(text.split("\n")[0]) // -> import * as asyncio from "asyncio-ts"
 * ```
 */
export function readText(path: FilePath, options: TextOptions = {}): Coroutine<string> {
  const encoding = checkEncoding(options.encoding)
  return readAs(pathOf(path, "files.readText"), "files.readText", (bytes) => bytes.toString(encoding))
}

function readAs<T>(path: string, name: string, convert: (bytes: Buffer) => T): Coroutine<T> {
  return new FileOperation<T>({
    name,
    path,
    attempt: `cannot read ${quoted(path)}`,
    start: (job) => {
      const controller = new AbortController()
      job.onStop = () => controller.abort()
      // Node's own, since it opens, reads and closes a small file in one turn of a thread.
      readFile(path, { signal: controller.signal }, job.then<Buffer>((bytes) => job.returned(convert(bytes))))
    },
  })
}
