/**
 * Closes an inspector that somebody had asked for and that opened after they had given up: a process
 * in a call that blocks it opens it when that returns.
 */
import { readFileSync } from "node:fs"

import { atTheDoor } from "./door-lock-node.ts"
import { closeUnlessUsed } from "./inspector-target-node.ts"
import { listeningSockets } from "./listening-sockets-node.ts"

/** Seconds that it is waited for. */
export const PATIENCE = 600
/** Between two looks, in milliseconds; at first it may open at any moment. */
const SHORTEST = 20
const LONGEST = 250

/** How often a socket is asked whether it is an inspector's. */
const TRIES = 3

/**
 * @param wanted - the port on which it will be; 0 for any
 * @param others - the inodes of the sockets that are something else
 * @param patience - seconds
 * @returns whether it has closed it
 */
export async function closeWhenOpened(pid: number, wanted: number, others: readonly string[], patience = PATIENCE): Promise<boolean> {
  const tries = new Map(others.map((inode) => [inode, TRIES]))
  const begun = beginningOf(pid)
  let wait = SHORTEST
  for (const end = performance.now() + patience * 1000; performance.now() < end; ) {
    // Another process may have its number by then.
    if (begun === undefined || beginningOf(pid) !== begun) return false
    for (const { port, inode, loopback } of listeningSockets(pid)) {
      const tried = tries.get(inode) ?? 0
      if (wanted === 0 ? !loopback || tried === TRIES : port !== wanted) continue
      tries.set(inode, tried + 1)
      const closed = await atTheDoor(pid, () => closeUnlessUsed(pid, port))
      if (closed !== undefined) return closed
    }
    await new Promise((resolve) => setTimeout(resolve, wait))
    wait = Math.min(LONGEST, wait * 1.2)
  }
  return false
}

/** When it was started, in the system's ticks. */
function beginningOf(pid: number): string | undefined {
  try {
    // The 22nd field, counted after the name, which is in parentheses and may contain anything.
    return readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "").split(" ")[19]
  } catch {
    return undefined
  }
}
