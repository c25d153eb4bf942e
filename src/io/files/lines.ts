import { bufferedLine } from "./async-file.ts"
import { pathOf, type FilePath } from "./file-path.ts"
import { open, type OpenOptions } from "./open-file.ts"

/** How lines are read. */
export type LinesOptions = Pick<OpenOptions, "encoding" | "lineLimit">

/**
 * The lines of a file, without what ends them (LF, CRLF or a lone CR). The file is opened by
 * the first step, read in chunks, and closed when the iteration ends or is left.
 *
 * @throws TypeError at the call for wrong arguments; from a step what `files.open` and
 * `readLine` throw.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   let count = 0
 *   for await (const line of asyncio.files.lines(new URL(import.meta.url))) if (line !== "") count += 1
 *   console.log(count) // -> 6
 * })
 * ```
 */
export function lines(path: FilePath, options: LinesOptions = {}): AsyncGenerator<string, void, undefined> {
  return read(pathOf(path, "files.lines"), options)
}

async function* read(path: string, options: LinesOptions): AsyncGenerator<string, void, undefined> {
  const file = await open(path, "r", options)
  try {
    for (;;) {
      const line = file[bufferedLine]() ?? (await file.readLine())
      if (line === undefined) return
      yield line
    }
  } finally {
    await file.close()
  }
}
