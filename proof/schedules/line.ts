import type { Lock, Task } from "asyncio-ts"
import { waitingIn } from "#src/sync/primitive.ts"
import type { Wait } from "#src/core/wait.ts"
import { must, type Crew } from "./family.ts"

type Lined = Pick<Lock, typeof waitingIn>

/** How many in line have been woken, wait, and are cancelled. */
export interface Standing {
  readonly woken: number
  readonly pending: number
  readonly cancelled: number
}

/** The task that a wait belongs to. */
export function taskOf(wait: Wait): Task<void> | undefined {
  return (wait.frame?.owner as { readonly task?: Task<void> } | null)?.task // tasks own frames
}

/**
 * The line at a primitive, beside the order in which tasks came.
 *
 * Who came first is woken first, so nobody who has been woken stands behind somebody who has not.
 */
export class Line {
  /** Who has come and not gone. */
  readonly came: number[] = []
  readonly #primitive: Lined
  readonly #crew: Crew
  /** Whether somebody who is woken stands in it until the turn. */
  readonly #stays: boolean

  constructor(primitive: Lined, crew: Crew, stays = true) {
    this.#primitive = primitive
    this.#crew = crew
    this.#stays = stays
  }

  begin(task: number): void {
    this.came.push(task)
  }

  end(task: number): void {
    this.came.splice(this.came.indexOf(task), 1)
  }

  check(): Standing {
    let woken = 0
    let pending = 0
    let cancelled = 0
    let at = 0
    for (const wait of this.#primitive[waitingIn]()) {
      const who = this.#crew.numberOf(taskOf(wait))
      while (at < this.came.length && this.came[at] !== who) {
        must(!this.#stays, "somebody who waits does not stand in line")
        at += 1
      }
      must(at < this.came.length, "somebody stands in line out of turn, or does not wait")
      at += 1
      if (wait.state === "woken") {
        must(pending === 0, "somebody was woken before who came first")
        woken += 1
      } else if (wait.state === "pending") pending += 1
      else cancelled += 1
    }
    must(!this.#stays || at === this.came.length, "somebody who waits does not stand in line")
    return { woken, pending, cancelled }
  }
}

/** Adds to each task where it stands in a line, and what is said to it there. */
export function tellLine(line: Iterable<Wait>, crew: Crew, each: string[], sign: string): void {
  let at = 0
  for (const wait of line) {
    const who = crew.numberOf(taskOf(wait))
    at += 1
    if (who >= 0) each[who] += `${sign}${at}${wait.state}${wait.request === null ? "" : "!"}`
  }
}
