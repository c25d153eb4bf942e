/**
 * A socket by which the command looks into this program, instead of the port that Node's inspector opens.
 */
import { lstatSync, rmSync } from "node:fs"
import { resolve as absolute } from "node:path"
import type { Worker } from "node:worker_threads"

import { prepareFolder, socketPath, tidyFolder } from "./socket-folder-node.ts"
import type { ThreadData, ThreadReport } from "./socket-thread-node.ts"
import { threadFile } from "./thread-file-node.ts"

/** Where to listen. */
export interface ServeInspectorOptions {
  /**
   * The path of the Unix socket, which only this user can connect to. By default it is named by
   * the number of the process and its container's, in a folder of the user's, where the command looks for it.
   */
  readonly path?: string | undefined
}

/** A socket by which this program can be looked into. */
export interface InspectorSocket {
  readonly path: string
  /** Closes the socket and removes it. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Opens a Unix socket by which `npx asyncio-ts ps`, `pstree` and `top` look into this program; a
 * thread of its own answers, also while the loop is blocked.
 *
 * Without it they send SIGUSR1, on which Node opens its inspector on a port of this machine: do
 * this where that port is not wanted, where the program handles SIGUSR1 itself, or where
 * `--disable-sigusr1` forbids it. `ASYNCIO_TS_INSPECT=1`, or a path instead of the 1, does the
 * same for a program as it is. The socket answers questions about tasks and takes no code; it is
 * removed when the program ends. The thread takes about 5 MB, and does not keep the program alive.
 *
 * The promise is the host's: a task that is cancelled while it awaits it leaves the socket open.
 *
 * @throws Error - if the path is taken, too long for the system, or in a folder that others can enter; in a worker thread
 *
 * @example
 * ```ts
 * import { mkdtempSync } from "node:fs"
 * import { tmpdir } from "node:os"
 * import { join } from "node:path"
 * import { serveInspector } from "asyncio-ts/inspect"
 *
 * const folder = mkdtempSync(join(tmpdir(), "shop-"))
 * const socket = await serveInspector({ path: join(folder, "inspect.sock") })
 * console.log(socket.path === join(folder, "inspect.sock")) // -> true
 * await socket.close()
 * ```
 */
export async function serveInspector({ path }: ServeInspectorOptions = {}): Promise<InspectorSocket> {
  // Loaded by those who serve: every program on Node would pay for it.
  const { isMainThread, Worker } = process.getBuiltinModule("node:worker_threads")
  if (!isMainThread) throw new Error("serveInspector was called in a worker thread: call it in the main thread, which it is to show")
  let file: string
  if (path === undefined) {
    await tidyFolder(prepareFolder())
    file = socketPath(process.pid)
  } else file = absolute(path)
  const data: ThreadData = { path: file, pid: process.pid }
  // Without the program's own preloads, which are not for this thread.
  const worker = new Worker(threadFile(), { name: "asyncio-ts inspector", workerData: data, execArgv: [] })
  await listening(worker)
  worker.unref()
  const inode = inodeOf(file)
  // Another program may listen there by now, where somebody has taken our socket away.
  const remove = (): void => {
    if (inodeOf(file) === inode) rmSync(file, { force: true })
  }
  process.once("exit", remove)
  let closed: Promise<void> | undefined
  const close = (): Promise<void> => (closed ??= stop(worker, remove))
  return { path: file, close, [Symbol.asyncDispose]: close }
}

function inodeOf(file: string): number | undefined {
  return lstatSync(file, { throwIfNoEntry: false })?.ino
}

async function stop(worker: Worker, remove: () => void): Promise<void> {
  process.off("exit", remove)
  remove()
  await worker.terminate()
}

function listening(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once("message", ({ error }: ThreadReport) => {
      if (error === undefined) return resolve()
      void worker.terminate()
      reject(new Error(error))
    })
    worker.once("error", reject)
  })
}

/** What `ASYNCIO_TS_INSPECT` asks for. */
export function serveAsAsked(asked: string): void {
  const { isMainThread } = process.getBuiltinModule("node:worker_threads")
  if (!isMainThread) return
  const path = asked === "1" ? undefined : asked
  // A program that this one starts gets a socket of its own, but not by the same name.
  if (path !== undefined) delete process.env["ASYNCIO_TS_INSPECT"]
  serveInspector({ path }).catch((error: unknown) => {
    process.emitWarning(`ASYNCIO_TS_INSPECT=${asked} has no effect: ${error instanceof Error ? error.message : String(error)}`, { type: "AsyncioWarning", code: "ASYNCIO_INSPECT" })
  })
}
