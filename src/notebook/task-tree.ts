/**
 * All tasks that are not done, as a notebook shows them: each below the one that awaits it.
 */
import { Shown } from "../structures/shown.ts"
import { span } from "../core/words.ts"
import { snapshotNow } from "../inspect/agent.ts"
import type { Snapshot, SnapshotTask, SnapshotWait } from "../inspect/snapshot.ts"
import { growTree } from "../inspect/snapshot/grow-tree.ts"
import { renderTree } from "../inspect/snapshot/render-tree.ts"
import { footer } from "../inspect/snapshot/surroundings.ts"
import { callOf } from "../inspect/snapshot/words.ts"
import { plainly } from "../inspect/terminal-row.ts"
import { dot, lines, mono, table, text } from "./html.ts"
import { placed } from "./placed.ts"
import { rich, type Rich, type Shows } from "./rich.ts"

const WIDTH = 100

/** A moment of the tasks; made with `ps`. */
export class TaskTree extends Shown implements Shows {
  /** The same as plain data. */
  readonly snapshot: Snapshot

  constructor(snapshot: Snapshot) {
    super()
    this.snapshot = snapshot
  }

  toString(): string {
    // The first line tells of the process, which is the kernel.
    return renderTree(this.snapshot, { width: WIDTH }).split("\n").slice(1).join("\n")
  }

  [rich](): Rich {
    return { "text/plain": this.toString(), "text/html": this.#html() }
  }

  #html(): string {
    const { loops, tasks } = this.snapshot
    if (tasks.length === 0) return "<div>no task</div>"
    const rows: string[][] = []
    for (const { id } of loops) {
      for (const { branches, task, again, circle, waits } of growTree(tasks.filter(({ loop }) => loop === id))) {
        const name = `${branches === "" ? "" : mono(branches)}${circle === undefined ? `<b>${text(callOf(task))}</b>` : "↻ they await each other"}`
        if (again || circle !== undefined) rows.push([name, circle === undefined ? "as above" : "", "", "", ""])
        else rows.push([name, stateOf(task), waits.map(({ text: what }) => text(what)).join("<br>"), waits.map(whereOf).join("<br>"), text(span(task.age))])
      }
    }
    const rest = footer(this.snapshot, WIDTH, plainly)
    return table(["task", "state", "waits for", "where", "age"], rows) + (rest.length === 0 ? "" : lines(rest))
  }
}

function stateOf({ state, cancelling }: SnapshotTask): string {
  return cancelling === undefined ? `${dot(state)} ${text(state)}` : `${dot("cancelling")} ${text(state)}, asked to end`
}

function whereOf({ frames }: SnapshotWait): string {
  const innermost = frames.find(({ place }) => place !== undefined)
  return innermost?.place === undefined ? "" : `<code>${text(innermost.name)}</code>, ${text(placed(innermost.place))}`
}

/**
 * The tasks that are not done, as a tree: what each does, what it waits for, and at which line. A
 * cell that ends with it shows it as a table.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { ps } from "asyncio-ts/notebook"
 *
 * await asyncio.run(async () => {
 *   asyncio.createTask(asyncio.sleep(1), { name: "nap" })
 *   await asyncio.sleep(0)
 *   console.log(String(ps()).includes("nap")) // -> true
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-tools.html
 */
export function ps(): TaskTree {
  return new TaskTree(snapshotNow())
}
