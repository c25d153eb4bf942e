/**
 * A snapshot as a tree: who awaits whom.
 */
import { checkInteger } from "../../structures/arguments.ts"
import { span } from "../../core/words.ts"
import type { Snapshot, SnapshotTask, SnapshotWait } from "../snapshot.ts"
import { inColor, plainly, type Paint } from "../terminal-row.ts"
import { printable, widthOf } from "../text-width.ts"
import { growTree, type Row } from "./grow-tree.ts"
import { footer, header, threadName } from "./surroundings.ts"
import { callOf, Paths, shorten, stateOf } from "./words.ts"

/** How a snapshot is drawn in a terminal. */
export interface SnapshotRenderOptions {
  /** The columns of the terminal; 80 by default. */
  readonly width?: number | undefined
  /** Whether to colour with ANSI escapes; not by default. What a line says does not depend on it. */
  readonly color?: boolean | undefined
}

export const LEAST_WIDTH = 40
export const WIDTH = 80
const COLORS = { "not started": "2", ready: "33", running: "32;1", waiting: "36", "left behind": "35" } as const
/** The share of the width after which branches are not moved to the right any more. */
const BRANCHES = 0.5

/**
 * Draws a snapshot as a tree, in lines of at most `width` columns: each task below the one that
 * awaits it, with its state, what it waits for, and its coroutines with their lines. A task that
 * several await is drawn once; a circle is drawn once round, and named. Below the tree stand
 * locks and queues, pools, deadlocks and leaks, where there are any.
 *
 * @throws RangeError for a width below 40.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { renderTree, takeSnapshot } from "asyncio-ts/inspect"
 *
 * await asyncio.run(async () => {
 *   const tea = asyncio.createTask(asyncio.sleep(0.1), { name: "tea" })
 *   asyncio.createTask(async () => tea, { name: "guest" })
 *   await asyncio.sleep(0.01)
 *   console.log(renderTree(await takeSnapshot()).includes("└─ tea")) // -> true
 *   await tea
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-tools.html
 */
export function renderTree(snapshot: Snapshot, options: SnapshotRenderOptions = {}): string {
  const { width = WIDTH, color = false } = options
  checkInteger(width, "the width of a tree", LEAST_WIDTH)
  const paint = color ? inColor : plainly
  const drawing = new Drawing(snapshot, width, paint)
  return [...header(snapshot, width, paint), ...drawing.lines(), ...footer(snapshot, width, paint)].join("\n")
}

class Drawing {
  readonly #snapshot: Snapshot
  readonly #width: number
  readonly #paint: Paint
  readonly #paths: Paths

  constructor(snapshot: Snapshot, width: number, paint: Paint) {
    this.#snapshot = snapshot
    this.#width = width
    this.#paint = paint
    this.#paths = new Paths(snapshot.program)
  }

  lines(): string[] {
    const { loops, tasks, threads = [] } = this.#snapshot
    if (tasks.length === 0) return ["no task"]
    const lines: string[] = []
    const names = new Map(threads.map((thread) => [thread.id, threadName(thread)]))
    for (const { id, clock, ready, thread } of loops) {
      const own = tasks.filter(({ loop }) => loop === id)
      const where = thread === undefined ? "" : `in ${names.get(thread) ?? `worker thread ${thread}`}, `
      if (loops.length > 1 || thread !== undefined) lines.push(`loop ${id}, ${where}${clock} clock, ${own.length} ${own.length === 1 ? "task" : "tasks"}${ready === 0 ? "" : `, ${ready} ready`}`)
      for (const row of growTree(own)) lines.push(...this.#row(row))
    }
    return lines
  }

  #row({ branches, stem, depth, task, again, circle, waits }: Row): string[] {
    // Deep down the branches would leave no room for words.
    const most = Math.floor(this.#width * BRANCHES)
    // Each of its characters takes one column.
    const deep = stem.length > most
    const [before, below] = deep ? [`(${depth} deep) `, " ".repeat(4)] : [branches, stem]
    const room = this.#width - widthOf(before)
    if (circle !== undefined) return [this.#line(before, `↻ ${this.#circle(circle)}`, room, "31;1")]
    if (again) return [this.#line(before, `${callOf(task)}, as above`, room, "2")]
    const lines = [this.#head(before, task, waits[0], room)]
    const rest = this.#width - widthOf(below)
    const path = this.#path(waits[0]?.frames ?? task.frames, rest - 2)
    if (path !== "") lines.push(this.#line(below, `  ${path}`, rest, "2"))
    for (const wait of waits.slice(1)) {
      lines.push(this.#line(below, `  and for ${wait.text}`, rest, ""))
      const other = this.#path(wait.frames, rest - 4)
      if (other !== "") lines.push(this.#line(below, `    ${other}`, rest, "2"))
    }
    if (task.cancelling !== undefined) lines.push(this.#line(below, `  ${cancelling(task.cancelling)}`, rest, "33"))
    return lines
  }

  #head(before: string, task: SnapshotTask, wait: SnapshotWait | undefined, room: number): string {
    const state = stateOf(task)
    const cpu = task.cpu === undefined ? "" : `, ${share(task.cpu)} CPU`
    const words = `${state}${cpu}${wait === undefined ? "" : `: ${printable(wait.text)}`}`
    const name = shorten(callOf(task), Math.max(12, room - widthOf(words) - 2))
    const left = room - widthOf(name) - 2
    if (left < 8) return before + this.#paint("1", shorten(name, room))
    return `${before}${this.#paint("1", name)}  ${this.#paint(COLORS[task.state], shorten(words, left))}`
  }

  #line(before: string, text: string, room: number, color: string): string {
    return before + (color === "" ? shorten(printable(text), room) : this.#paint(color, shorten(printable(text), room)))
  }

  /** The coroutines, outermost first, as far as there is room: the innermost tells most. */
  #path(frames: SnapshotTask["frames"], room: number): string {
    const steps: string[] = []
    let left = room
    for (const { name, place } of frames) {
      const step = printable(place === undefined ? name : `${name} ${this.#paths.of(place)}`)
      left -= widthOf(step) + 3
      if (left < 0 && steps.length > 0) {
        steps.push("…")
        break
      }
      steps.push(step)
    }
    return steps.reverse().join(" > ")
  }

  #circle(ids: readonly number[]): string {
    const names = new Map(this.#snapshot.tasks.map((task) => [task.id, callOf(task)]))
    return `circle: ${[...ids, ids[0] ?? 0].map((id) => names.get(id) ?? `task ${id}`).join(" → ")}`
  }
}

function cancelling({ requests, by, why }: NonNullable<SnapshotTask["cancelling"]>): string {
  const times = requests === 1 ? "" : `${requests} times`
  return ["asked to cancel", times, by === undefined ? "" : `by ${by}`, why === undefined ? "" : `(${why})`].filter((part) => part !== "").join(" ")
}

/** How much of the time a task's code ran. */
export function share({ used, over }: NonNullable<SnapshotTask["cpu"]>): string {
  return over <= 0 ? span(used) : `${((100 * used) / over).toFixed(1)} %`
}
