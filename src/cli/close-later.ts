/**
 * Has an inspector that opens only after its caller has given up closed again, in a process of its own.
 */
import { spawn } from "node:child_process"
import { extname } from "node:path"
import { fileURLToPath } from "node:url"

// Beside this file: close-inspector.ts here, close-inspector.js once it is built.
const PROGRAM = new URL(`close-inspector${extname(fileURLToPath(import.meta.url))}`, import.meta.url)
/** Options that lead to the sources, in this repository. */
const CONDITIONS = /^(-C|--conditions)(=|$)/

/**
 * Waits in the background for the inspector of `pid`.
 *
 * @param port - on which it will be; 0 for any
 * @param others - the inodes of the sockets that are something else
 */
export function closeLater(pid: number, port: number, others: readonly string[]): void {
  const { execArgv } = process
  const options = execArgv.filter((option, at) => CONDITIONS.test(option) || /^(-C|--conditions)$/.test(execArgv[at - 1] ?? ""))
  const child = spawn(process.execPath, [...options, fileURLToPath(PROGRAM), String(pid), String(port), ...others], { detached: true, stdio: "ignore", windowsHide: true, cwd: "/" })
  // Such as a machine that has no room for another process: then the inspector stays open.
  child.on("error", () => undefined)
  child.unref()
}
