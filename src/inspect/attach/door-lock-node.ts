/**
 * One at a time opens or shuts the inspector of a process: a signal that comes while it is open has
 * no effect, so whoever sent it would wait for a door that another has shut.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import { isAlive } from "./process-facts-node.ts"
import { ownSpace } from "./process-space-node.ts"
import { nameOf, prepareFolder } from "./socket-folder-node.ts"

const LOOK_MS = 2
/** Longer than it takes to open and to shut; then it is tried without, since somebody is stuck. */
const PATIENCE_MS = 5000

/** Does `action` while no other process of this user does such a thing with `pid`. */
export async function atTheDoor<T>(pid: number, action: () => Promise<T>): Promise<T> {
  const file = await entered(pid)
  try {
    return await action()
  } finally {
    if (file !== undefined) rmSync(file, { force: true })
  }
}

async function entered(pid: number): Promise<string | undefined> {
  let file: string
  try {
    file = join(prepareFolder(), `${nameOf(pid)}.door`)
  } catch {
    // Without a folder of our own the others are on their own, too.
    return undefined
  }
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; ) {
    try {
      writeFileSync(file, `${process.pid} ${ownSpace()}`, { flag: "wx" })
      return file
    } catch {
      const holder = holderOf(file)
      // Ended before it could take it away.
      if (holder !== undefined && holder > 0 && !isAlive(holder)) rmSync(file, { force: true })
      else await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    }
  }
  return undefined
}

/** Undefined while it is being written, and of somebody in another container, of whom nobody here can tell. */
function holderOf(file: string): number | undefined {
  try {
    const [pid = "", space = ""] = readFileSync(file, "utf8").split(" ")
    return space === ownSpace() ? Number(pid) : undefined
  } catch {
    return undefined
  }
}
