import * as namespace from "./files/namespace.ts"

/**
 * Files: read, written, listed and watched without keeping the loop, in few calls of the
 * host at a time, so that a thousand at once do not run into its limits.
 *
 * Every operation is a coroutine, fails with an error in Python's class that names the path,
 * and can be cancelled. The host works on files in threads, which cannot be interrupted: a
 * cancelled wait ends at once, and the host's present step ends by itself.
 *
 * @example
 * ```ts
 * import { files, gather, run } from "asyncio-ts"
 *
 * await run(() =>
 *   files.temporaryDirectory().run(async (folder) => {
 *     const teas = ["Assam", "Masala"]
 *     await gather(teas.map((tea) => files.write(`${folder}/${tea}`, `${tea} is ready.`)))
 *     console.log(await gather(teas.map((tea) => files.readText(`${folder}/${tea}`)))) // -> [ 'Assam is ready.', 'Masala is ready.' ]
 *   }),
 * )
 * ```
 *
 * @see https://pypi.org/project/aiofiles/
 */
export const files: typeof namespace = namespace
