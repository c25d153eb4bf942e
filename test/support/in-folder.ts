/** Tests on real files, in a folder of their own, which fail if a file stays open. */
import assert from "node:assert/strict"
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { SystemClock } from "#src/core/clock.ts"
import { fileLane } from "#src/io/files/file-lane.ts"

/** A folder for a test. */
export interface Folder {
  readonly path: string
  /** The path of something in it. */
  at(name: string): string
  /** The files in it that this process has open. */
  open(): string[]
  /** Waits until the host has ended what it began, also for waits that were cancelled. */
  quiet(): Promise<void>
}

/**
 * The system's clock, on which a few turns of the loop stay together on a machine that stalls in
 * their midst: else the host would end meanwhile what a test cancels after a turn or two.
 */
class SteadyClock extends SystemClock {
  readonly burst = 1
}

/** Declares a test whose body is the main task of a loop on real time. */
export function inFolder(name: string, body: (folder: Folder, told: asyncio.ExceptionContext[]) => Promise<void>): void {
  test(name, async () => {
    const path = realpathSync(mkdtempSync(join(tmpdir(), "asyncio-ts-files-")))
    const folder: Folder = { path, at: (file) => join(path, file), open: () => openIn(path), quiet: () => quiet(path) }
    const told: asyncio.ExceptionContext[] = []
    try {
      await asyncio.run(async () => {
        asyncio.getRunningLoop().setExceptionHandler((_loop, context) => told.push(context))
        await body(folder, told)
        await quiet(path)
        assert.deepEqual(openIn(path), [], "files that are still open")
      }, { loopFactory: () => new asyncio.EventLoop({ clock: new SteadyClock() }) })
      assert.deepEqual(told, [], "unexpected reports")
    } finally {
      rmSync(path, { recursive: true, force: true })
    }
  })
}

/** How many bytes this process has read, where the system counts them; else 0. */
export function bytesRead(): number {
  return existsSync("/proc/self/io") ? Number(/^rchar: (\d+)$/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1]) : 0
}

/** Calls `callback` when the host has told the outcome of the next file operation that ends, before whoever waits for it has its turn. */
export function onceTold(callback: () => void): void {
  const { leave } = fileLane
  fileLane.leave = () => {
    fileLane.leave = leave
    leave.call(fileLane)
    queueMicrotask(callback)
  }
}

async function quiet(folder: string): Promise<void> {
  const busy = (): boolean => fileLane.statistics().active > 0 || fileLane.statistics().waiting > 0
  // What was opened for nobody is closed outside the lane, so that gets some turns more.
  for (let turns = 0; busy() || (turns < 50 && openIn(folder).length > 0); turns += 1) {
    await asyncio.wrapFuture(new Promise((resolve) => setImmediate(resolve)))
  }
}

function openIn(folder: string): string[] {
  if (!existsSync("/proc/self/fd")) return []
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`)
      return target === folder || target.startsWith(`${folder}/`) ? [target] : []
    } catch {
      // Closed meanwhile, as the one that listed the folder.
      return []
    }
  })
}
