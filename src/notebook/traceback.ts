/**
 * Errors as a reader of a notebook needs them. A kernel shows an error's stack and nothing else:
 * lines of the kernel's and of this library's, none of the coroutines that awaited, and none of the
 * errors in a group.
 */
import { awaits, isProgram, placeOfAwait } from "../core/place.ts"
import type { Frame } from "../core/frame.ts"
import { parsePlace } from "../core/place-of-line.ts"
import { observe, type Observer, type TaskEnd, type TaskInfo } from "../core/observer.ts"
import { CancelledError } from "../errors/cancelled-error.ts"
import { describeError } from "../structures/arguments.ts"
import { placed } from "./placed.ts"

/** A group may hold many that say the same, and a task may fail by another's error for ever. */
const MOST = 10
const PLACE = /^\s+at /

/** What is known of an error that has ended a task: its own stack, and through what it came since. */
interface Way {
  readonly stack: string | undefined
  readonly steps: string[]
}

const ways = new WeakMap<Error, Way>()

/** Has errors that end a task tell where they come from. */
export function tellTracebacks(): void {
  observe(new Ways())
}

/** Writes down through which coroutines and tasks an error comes. */
class Ways implements Observer {
  /** Whose body has thrown: who awaits it is told next. */
  #ended: string | undefined

  /** Each line, and not only while a budget lasts: somebody reads along. */
  lineParked(frame: object, on: object): void {
    awaits.set(frame, placeOfAwait(on))
  }

  bodyEnded(frame: object, outcome: "returned" | "threw"): void {
    this.#ended = outcome === "threw" ? nameOf(frame) : undefined
  }

  lineResumed(frame: object, error: unknown): void {
    const ended = this.#ended
    this.#ended = undefined
    // A timeout's or a group's own frames have the same name, one in the other.
    if (ended === undefined || ended === nameOf(frame) || !(error instanceof Error)) return
    wayOf(error).steps.push(`in '${ended}', which '${nameOf(frame)}' awaits${placeOf(frame)}`)
  }

  taskDone({ name, taskName }: TaskInfo, how: TaskEnd, _time: number, reason?: unknown): void {
    this.#ended = undefined
    if (how !== "failed" || !(reason instanceof Error)) return
    wayOf(reason).steps.push(`in '${name}', task '${taskName}'`)
    try {
      reason.stack = traceback(reason).join("\n")
    } catch {
      // One whose stack cannot be changed is shown as it is.
    }
  }
}

function wayOf(error: Error): Way {
  let way = ways.get(error)
  if (way === undefined) ways.set(error, (way = { stack: stackOf(error), steps: [] }))
  return way
}

function stackOf(error: Error): string | undefined {
  try {
    const stack: unknown = error.stack
    return typeof stack === "string" ? stack : undefined
  } catch {
    return undefined
  }
}

function nameOf(frame: object): string {
  return (frame as Frame).name // observers are told of frames
}

function placeOf(frame: object): string {
  const place = parsePlace(awaits.get(frame)?.line, "await")
  return place === undefined ? "" : ` at ${placed(place)}`
}

/** The lines of `error`, then those of its errors and its cause, further in. */
export function traceback(error: unknown, above: ReadonlySet<unknown> = new Set()): string[] {
  if (!(error instanceof Error)) return [describeError(error)]
  const lines = headOf(error)
  if (above.has(error)) return lines
  const here = new Set(above).add(error)
  const { stack = stackOf(error), steps = [] } = ways.get(error) ?? {}
  lines.push(...placesIn(stack), ...steps.slice(0, MOST).map((step) => `    ${step}`))
  if (error instanceof AggregateError) {
    const errors = error.errors as unknown[]
    for (const [at, one] of errors.slice(0, MOST).entries()) lines.push(`  ${at + 1} of ${errors.length}:`, ...inwards(one, here))
    if (errors.length > MOST) lines.push(`  … and ${errors.length - MOST} more`)
  }
  const { cause } = error
  // That of a timeout is the cancellation by which it ended its body.
  if (cause !== undefined && !(cause instanceof CancelledError)) lines.push("  caused by:", ...inwards(cause, here))
  return lines
}

function inwards(error: unknown, above: ReadonlySet<unknown>): string[] {
  return traceback(error, above).map((line) => `    ${line}`)
}

function headOf(error: Error): string[] {
  try {
    const { name, message } = error
    return `${name}${message === "" ? "" : `: ${message}`}`.split("\n")
  } catch {
    return [describeError(error)]
  }
}

/** The lines of the program. */
function placesIn(stack: string | undefined): string[] {
  return (stack ?? "").split("\n").filter((line) => PLACE.test(line) && isProgram(line)).map((line) => {
    const place = parsePlace(line.trim(), "await")
    return place === undefined ? line : `    at ${place.function === undefined ? "" : `${place.function}, `}${placed(place)}`
  })
}
