/**
 * The host's number of an open file, and who sees to it that it is closed.
 */
import { close } from "node:fs"
import { Shown } from "../../structures/shown.ts"
import type { Resource, Scheduler } from "../../core/scheduler.ts"
import { host } from "../../host/host.ts"
import { quoted } from "./file-path.ts"

/**
 * It knows nothing of the object that people use, so that one they forget can be collected.
 *
 * Invariants: the host is asked to close it once; it is among the resources of its loop
 * exactly while its number is not null.
 */
export class HeldFile extends Shown implements Resource {
  readonly path: string
  readonly #loop: Scheduler
  #fd: number | null

  constructor(fd: number, path: string, loop: Scheduler) {
    super()
    this.path = path
    this.#fd = fd
    this.#loop = loop
    loop.resources.add(this)
  }

  toString(): string {
    return `file ${quoted(this.path)}`
  }

  /** Null once it is closed, or being closed. */
  get fd(): number | null {
    return this.#fd
  }

  close(then: (error: Error | null) => void): void {
    const fd = this.#fd
    this.#fd = null
    this.#loop.resources.delete(this)
    if (fd === null) then(null)
    else close(fd, (error) => then(error ?? null))
  }

  abandon(): void {
    this.close(() => undefined)
  }
}

/** Closes files that were collected while open, and says so. */
export const forgotten = new FinalizationRegistry<HeldFile>((held) => {
  if (held.fd === null) return
  held.abandon()
  host.warn(`${held.toString()} was never closed, and was collected while open: close it in a \`finally\`, or with \`await using\``, "ASYNCIO_UNCLOSED")
})
