/**
 * Where a line of code awaits, as file, line and column.
 */
import type { Below, Frame } from "./frame.ts"
import { awaits, isProgram, known, makers, origins } from "./place.ts"
import type { FutureWait } from "./future.ts"
import type { Wait } from "./wait.ts"

/** Where code stands. */
export interface LinePlace {
  /** A file's URL or path, as the engine tells it. */
  readonly file: string
  readonly line: number
  readonly column: number
  /** The function, where the engine knows it. */
  readonly function?: string
  /**
   * `await`: the line of the await. `made`: where what it awaits was made. `code`: only where its
   * function begins, since the budget for lines was spent when it came to wait.
   */
  readonly of: "await" | "made" | "code"
}

/** Where a function begins; set by the platform that can tell. */
export const codePlaces: { find: ((code: Function) => Omit<LinePlace, "of"> | undefined) | null } = { find: null }

/**
 * Where `frame` awaits what hangs below it: a wait, or the frame of a coroutine. Undefined where
 * nobody knows.
 *
 * @param below - null for something foreign, whose line nobody can know
 * @param options - `code: false` leaves out where the function begins, which has to be asked of the engine
 */
export function placeOfLine(frame: Frame, below: Below | null, options: { readonly code?: boolean } = {}): LinePlace | undefined {
  if (below !== null) {
    const place = parsePlace(takenAt(frame, below), "await") ?? parsePlace(madeAt(below), "made")
    if (place !== undefined) return place
  }
  const { code } = frame
  if (code === null || options.code === false) return undefined
  const begins = codePlaces.find?.(code)
  return begins === undefined || !isProgram(begins.file) ? undefined : { ...begins, of: "code" }
}

/** The line of a stack where `frame` awaits what hangs below it; of a coroutine the line that made it, most often the same. */
export function awaitLine(frame: Frame, below: Below): string | undefined {
  return takenAt(frame, below) ?? ("future" in below ? undefined : known(origins.get(madeFor(below))))
}

function takenAt(frame: Frame, below: Below): string | undefined {
  return known((below as Wait | Frame).awaitedAt?.line) ?? known(awaits.get(frame)?.line) // what hangs below a frame is one of the two
}

function madeAt(below: Below): string | undefined {
  const made = madeFor(below)
  return known(origins.get(made) ?? makers.get(made))
}

function madeFor(below: Below): object {
  const { runs, future } = below as Partial<{ readonly runs: object } & FutureWait<unknown>> // the frame of a coroutine, a wait for a future, or an operation
  return runs ?? future ?? below
}

const PLACE = /^at (?:async )?(?:(.*) \()?(.+?):(\d+):(\d+)\)?$/

/** A line of a stack in its parts. */
export function parsePlace(line: string | undefined, of: LinePlace["of"]): LinePlace | undefined {
  const parts = line === undefined ? null : PLACE.exec(line)
  if (parts === null) return undefined
  const [, name, file = "", row, column] = parts
  const place = { file, line: Number(row), column: Number(column), of }
  return name === undefined || name === "" ? place : { ...place, function: name }
}
