/**
 * The names of `asyncio.subprocess`.
 */
export { Process, type CommunicateOptions, type ProcessFor } from "./process.ts"
export { DEVNULL, PIPE, STDOUT } from "./subprocess-constants.ts"
export type { Redirect, ShellOptions, SubprocessOptions } from "./subprocess-options.ts"
export { SubprocessStreamProtocol } from "./subprocess-stream-protocol.ts"
