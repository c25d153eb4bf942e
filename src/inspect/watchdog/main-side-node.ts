/**
 * The part of the watchdog on the main thread: what answers when the watchdog looks.
 *
 * It runs in the midst of whatever code is blocking, as the engine calls it between two of its
 * steps, and so it starts nothing of the program's.
 */
import { currentFrame } from "../../core/frame.ts"
import { taskOf } from "../../core/task.ts"
import { atRoot } from "../../host/node.ts"
import { CallMarks } from "./call-marks-node.ts"
import { runningFrames } from "./running-frames.ts"
import type { Seen } from "./blocked.ts"
import { CELL, TIME, type SharedCells } from "./shared-cells.ts"
import { markSlowCalls } from "./slow-calls-node.ts"

// Taken now: fake timers would never come round.
const { setImmediate, setTimeout, performance } = globalThis
/** Where the watchdog finds what it calls, as an expression. */
export const ANSWERS = Symbol.for("asyncio-ts.watchdog")

const FRAMES = 100
/** This file's functions, and what the inspector evaluates: they are not what runs. */
const OWN_FRAMES = 3

/** What the watchdog calls. */
export interface Answers {
  /** What runs now, as JSON; from here on turns of the host's loop are told, as many as the watchdog wants. */
  look(): string
}

export class MainSide implements Answers {
  readonly #cells: SharedCells
  readonly #unmark: () => void
  readonly #beat: number
  #telling = false

  /**
   * @param calls - whether calls that are known to block are written down
   * @param beat - milliseconds between two turns that are told
   */
  constructor(cells: SharedCells, calls: boolean, beat: number) {
    this.#cells = cells
    this.#beat = beat
    this.#unmark = calls ? markSlowCalls(new CallMarks(cells, () => performance.now(), taskName)) : () => {}
    Object.defineProperty(globalThis, ANSWERS, { value: this, configurable: true, enumerable: false, writable: true })
  }

  readonly look = (): string => {
    const at = performance.now()
    if (!this.#telling) {
      this.#telling = true
      this.#cells.times[TIME.telling] = at
      // Without a reference it wakes nobody: it runs after whatever wakes the loop.
      atRoot(() => setImmediate(this.#turned).unref())
    }
    const task = taskName()
    const sight: Seen = { at, frames: runningFrames(FRAMES).slice(OWN_FRAMES), ...(task === undefined ? {} : { task }) }
    return JSON.stringify(sight)
  }

  stop(): void {
    this.#unmark()
    if ((globalThis as { [ANSWERS]?: unknown })[ANSWERS] === this) delete (globalThis as { [ANSWERS]?: unknown })[ANSWERS]
  }

  readonly #turned = (): void => {
    const { ints, times } = this.#cells
    times[TIME.turned] = performance.now()
    Atomics.add(ints, CELL.turns, 1)
    this.#telling = Atomics.load(ints, CELL.wanted) > 0
    if (!this.#telling) {
      times[TIME.telling] = 0
      return
    }
    Atomics.sub(ints, CELL.wanted, 1)
    // Not each turn, which would cost a busy loop as much as what it does; and no more than are
    // wanted, so that a loop that comes to rest is not woken again and again.
    atRoot(() => setTimeout(this.#turned, this.#beat).unref())
  }
}

function taskName(): string | undefined {
  return taskOf(currentFrame())?.getName()
}
