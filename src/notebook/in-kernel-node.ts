/**
 * What a kernel leaves to the program: its Stop button, which is a signal that would end the
 * kernel, and warnings, which it shows nowhere.
 */
import { host } from "../host/host.ts"
import { kernel } from "./kernel.ts"
import type { NotebookLoop } from "./notebook-loop.ts"

/** Listens for both, if this runs in a kernel: a program of its own ends by Ctrl-C. */
export function listenInKernel(loop: NotebookLoop): void {
  if (kernel() === undefined) return
  host.onInterrupt(() => loop.stop())
  process.on("warning", ({ name, message }) => console.warn(`${name}: ${message}`))
}
