/**
 * The space of numbers that a process lives in: a container has its own, in which the same numbers
 * are given again, often while both share a temporary folder.
 */
import { readFileSync, readlinkSync } from "node:fs"

export interface SpaceNumber {
  /** The number of the process there. */
  readonly pid: number
  /** Empty where the system has no such spaces. */
  readonly space: string
}

/** The number that `pid`, seen from here, has in its own space. */
export function numberInSpace(pid: number): SpaceNumber {
  try {
    const space = spaceOf(pid)
    if (space === ownSpace()) return { pid, space }
    // Its numbers, from the space of whoever reads this down to its own.
    const numbers = /^NSpid:\s*(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]?.split(/\s+/) ?? []
    return { pid: Number(numbers.at(-1) ?? pid), space }
  } catch {
    // Another user's, or one that has ended: nobody here looks into it.
    return { pid, space: ownSpace() }
  }
}

/** The space of this process. */
export function ownSpace(): string {
  try {
    return spaceOf("self")
  } catch {
    return ""
  }
}

function spaceOf(process: number | "self"): string {
  return /\[(\d+)\]/.exec(readlinkSync(`/proc/${process}/ns/pid`))?.[1] ?? ""
}
