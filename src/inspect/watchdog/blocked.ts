/**
 * What the watchdog finds: what blocks the thread, where, for how long, and what would help.
 */
import type { SnapshotPlace } from "../snapshot.ts"
import { adviceFor, isKnown } from "./advice.ts"
import { isIn, programFrame, type RunningFrame } from "./program-frame.ts"

/** A stretch in which the thread did not serve its loop. */
export interface Blocked {
  /** Numbers the stretches of one watchdog, from 1. */
  readonly id: number
  /** Seconds so far, or in all once it is over. */
  readonly seconds: number
  /** When it began, in seconds of the host's clock (`performance.now() / 1000`). */
  readonly from: number
  /** The function of the program that blocks, or of Node's where nothing of the program runs; empty where nobody can tell. */
  readonly function: string
  /** The line of the program that blocks: the innermost that is neither Node's, nor a package's, nor this library's. */
  readonly place?: SnapshotPlace
  /** What that line calls, such as `fs.readFileSync`. */
  readonly call?: string
  /** The task whose code it is. */
  readonly task?: string
  /** What would help. */
  readonly advice?: string
  /**
   * False where the engine let nobody look in time, as in a call of its own: then the line is where
   * the code stood shortly before, or right after the call had returned.
   */
  readonly exact: boolean
  /** The functions that were running, innermost first, such as `hash (file:///shop/users.ts:7:11)`. */
  readonly stack: readonly string[]
}

/** What was seen of the code that runs. */
export interface Sight {
  readonly frames: readonly RunningFrame[]
  readonly task?: string
  /** A call of the table, if that runs. */
  readonly call?: string
}

/** A look at the code that ran at that time, in milliseconds of the main thread's clock. */
export interface Seen extends Sight {
  readonly at: number
}

const SHOWN = 12

/**
 * Puts what was seen into words.
 *
 * @param home - the folders of this library's own files, as paths
 * @param calls - the names of the calls that something of this library stands in the place of
 */
export function describe(sight: Sight | undefined, exact: boolean, home: readonly string[], calls: readonly string[]): Omit<Blocked, "id" | "seconds" | "from"> {
  const found = programFrame(sight?.frames ?? [], home, calls)
  // What is seen being called may be there by chance, such as a look at the clock in a loop.
  const call = sight?.call ?? (found?.call !== undefined && isKnown(found.call) ? found.call : undefined)
  const advice = adviceFor(call, found?.frame.name)
  return {
    function: found === undefined ? (sight?.frames.find(({ name }) => name !== "")?.name ?? "") : found.frame.name,
    ...(found === undefined ? {} : { place: placeOf(found.frame) }),
    ...(call === undefined ? {} : { call }),
    ...(sight?.task === undefined ? {} : { task: sight.task }),
    ...(advice === undefined || sight === undefined ? {} : { advice }),
    exact,
    stack: (sight?.frames ?? []).filter(({ file }) => !isIn(file, home)).slice(0, SHOWN).map(shown),
  }
}

function placeOf({ file, line, column, name }: RunningFrame): SnapshotPlace {
  return { file, line, column, ...(name === "" ? {} : { function: name }), of: "code" }
}

function shown({ name, file, line, column }: RunningFrame): string {
  const where = file === "" ? "native" : `${file}:${line}:${column}`
  return name === "" ? where : `${name} (${where})`
}

/** One sentence, and a second with what would help. */
export function blockedText(blocked: Blocked, over: boolean): string {
  const { place, call, task } = blocked
  const length = `${blocked.seconds.toFixed(blocked.seconds < 10 ? 2 : 1)} s`
  const what = over ? `the event loop was blocked for ${length}` : `the event loop is blocked since ${length}`
  const by =
    place === undefined
      ? call !== undefined
        ? `by ${call}`
        : blocked.function !== ""
          ? `by Node itself, in ${blocked.function}`
          : "by a call of the engine's or of a native module, which lets nobody look before it returns"
      : `by ${blocked.function === "" ? "" : `${blocked.function} `}(${place.file}:${place.line}:${place.column})` +
        (call === undefined ? "" : `, which calls ${call}`)
  const near = place === undefined || blocked.exact ? "" : " or the lines near it"
  const whose = task === undefined ? "" : `, in task '${task}'`
  return `${what} ${by}${near}${whose}${over || blocked.advice === undefined ? "" : `; ${blocked.advice}`}`
}
