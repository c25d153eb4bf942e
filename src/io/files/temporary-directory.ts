import { mkdtemp, rmdir } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { checkFunction, describe } from "../../structures/arguments.ts"
import { Shown } from "../../structures/shown.ts"
import { BodyCoroutine } from "../../core/body-coroutine.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import { FileOperation } from "./file-operation.ts"
import { pathOf, quoted, type FilePath } from "./file-path.ts"
import { treeRemoval } from "./remove-tree.ts"

/** Where a temporary directory is made. */
export interface TemporaryDirectoryOptions {
  /** How its name begins; `tmp-` by default. */
  readonly prefix?: string | undefined
  /** In which directory; the system's for temporary files by default. */
  readonly parent?: FilePath | undefined
}

/** A directory that is there while a body runs; made by `temporaryDirectory`. */
export class TemporaryDirectory extends Shown {
  readonly #start: string

  constructor(start: string) {
    super()
    this.#start = start
  }

  toString(): string {
    return `<TemporaryDirectory ${this.#start}…>`
  }

  /**
   * Makes the directory, runs `body` with its path, and removes it with all that is in it,
   * whatever becomes of the body.
   *
   * @throws what the body throws; OSError if it cannot be made or removed.
   * @throws CancelledError if the task is cancelled; the directory is removed, also when
   * another cancellation interrupts the wait for that.
   */
  run<T>(body: (path: string) => T | PromiseLike<T>): Coroutine<Awaited<T>> {
    checkFunction(body, "the body of TemporaryDirectory.run")
    return new BodyCoroutine<Awaited<T>>("TemporaryDirectory.run", runInside<T>, undefined, [this.#start, body])
  }
}

async function runInside<T>(start: string, body: (path: string) => T | PromiseLike<T>): Promise<Awaited<T>> {
  const path = await make(start)
  try {
    return await body(path)
  } finally {
    await treeRemoval(path, { missingOk: true, always: true })
  }
}

function make(start: string): Coroutine<string> {
  return new FileOperation<string>({
    name: "files.temporaryDirectory",
    path: start,
    attempt: `cannot make a temporary directory ${quoted(`${start}…`)}`,
    start: (job) => mkdtemp(start, job.then<string>((path) => job.returned(path))),
    // It was just made, so it is empty.
    discard: (path) => rmdir(path, () => undefined),
  })
}

/**
 * A directory for the time that a body runs: `temporaryDirectory().run(async (path) => …)`.
 *
 * @throws TypeError for a prefix with a slash, or a parent that is no path.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const folder = await asyncio.files.temporaryDirectory().run(async (path) => {
 *     await asyncio.files.write(`${path}/note`, "hello")
 *     return path
 *   })
 *   console.log(await asyncio.files.exists(folder)) // -> false
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/tempfile.html#tempfile.TemporaryDirectory
 */
export function temporaryDirectory(options: TemporaryDirectoryOptions = {}): TemporaryDirectory {
  const { prefix = "tmp-", parent = tmpdir() } = options
  if (typeof prefix !== "string" || /[/\\\0]/.test(prefix)) throw new TypeError(`the prefix of a temporary directory is a part of a name, not ${describe(prefix)}`)
  return new TemporaryDirectory(join(pathOf(parent, "files.temporaryDirectory"), prefix))
}
