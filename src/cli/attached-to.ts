/**
 * Looks into a process for a command, and leaves it as it was, however that ends.
 */
import { AttachError } from "../inspect/attach/attach-error.ts"
import { Attached, type AttachOptions } from "../inspect/attach/attach-node.ts"
import { closeLater } from "./close-later.ts"
import type { Interruption } from "./interruption.ts"

/** What `use` gives, or the exit code of the interruption that came before it. @throws AttachError */
export async function attachedTo<T>(pid: number, { socket, timeout: limit }: Pick<AttachOptions, "socket"> & { readonly timeout: number }, interruption: Interruption, use: (attached: Attached) => Promise<T>): Promise<T | number> {
  let attached: Attached
  try {
    attached = await Attached.to(pid, { socket, limit, signal: interruption.signal, later: closeLater })
  } catch (error) {
    if (!(error instanceof AttachError) || interruption.exitCode === undefined) throw error
    if (error.failure === "interrupted") console.error(`asyncio-ts: ${error.message}`)
    return interruption.exitCode
  }
  try {
    return interruption.exitCode ?? (await use(attached))
  } finally {
    await attached.close()
  }
}
