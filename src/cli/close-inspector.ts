/**
 * What waits in the background for an inspector that opens late; see close-later.ts.
 */
import { closeWhenOpened } from "../inspect/attach/close-when-opened-node.ts"

const [, , pid = "", port = "", ...others] = process.argv

// Its caller tells nobody how it ended, and neither does this.
await closeWhenOpened(Number(pid), Number(port), others).catch(() => undefined)
