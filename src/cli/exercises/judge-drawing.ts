/**
 * A timeline that somebody has written down, beside the one that was recorded.
 *
 * A line is `NAME FROM..TO`, of a task's life; or `NAME sleep FROM..TO` and `NAME line FROM..TO`,
 * of what it waits for. The clock is virtual, so times are the same or they are wrong.
 */
import type { Recording } from "../../inspect/recording.ts"
import { timelineOf } from "../../inspect/timeline.ts"
import { answerLines } from "./answer-lines.ts"
import type { CheckResult } from "./check-result.ts"
import type { DrawingExercise } from "./exercise.ts"

/** A line of a timeline. */
export interface Drawn {
  readonly task: string
  /** `sleep` or `line`; empty for a life. */
  readonly what: string
  readonly from: number
  readonly to: number
}

const LINE = /^(\S+)(?:\s+(sleep|line))?\s+(\d+(?:\.\d+)?)\s*\.\.\s*(\d+(?:\.\d+)?)$/
/** A sum of decimal fractions is not exact; this is far below what anybody writes. */
const EXACT = 1e-6
/** Waits of this library that are a place in a line. */
const IN_LINE = /^(Lock|Semaphore|BoundedSemaphore|Condition|Queue)\b/

export function judgeDrawing(exercise: DrawingExercise, text: string, recording: Recording, picture: readonly string[]): CheckResult {
  const written = answerLines(text)
  const form = exercise.drawn === "lives" ? "NAME FROM..TO, such as tea 0..1.5" : "NAME sleep FROM..TO or NAME line FROM..TO, such as tea line 0..1.5"
  const failed = (sentence: string, details: readonly string[] = []): CheckResult => ({ passed: false, sentence, details })
  if (written.length === 0) return failed(`timeline.txt has no line yet: write ${form}`)
  const unread = written.find((line) => drawnIn(line) === undefined)
  if (unread !== undefined) return failed(`'${unread}' in timeline.txt is no line of a timeline: write ${form}`)

  const drawn = written.flatMap((line) => drawnIn(line) ?? [])
  const recorded = recordedIn(exercise, recording)
  const wrong = drawn.find((one) => !recorded.some((other) => same(one, other)))
  if (wrong !== undefined) {
    const actual = recorded.filter((other) => other.task === wrong.task && (wrong.what === "" || other.what === wrong.what))
    if (!recorded.some(({ task }) => task === wrong.task)) return failed(`no task to be drawn is called ${wrong.task}: draw ${exercise.tasks.join(", ")}`)
    const was = actual.length === 0 ? `${wrong.task} never waits so` : `it was recorded as ${actual.map(lineOf).join(" and ")}`
    return failed(`'${lineOf(wrong)}' is not what happens: ${was}`, picture)
  }
  const missing = recorded.find((one) => !drawn.some((other) => same(one, other)))
  if (missing !== undefined) return failed(`a line of ${missing.task} is missing: ${lineOf(missing)}`, picture)
  return { passed: true, sentence: `the drawing is what was recorded, ${written.length} lines`, details: picture }
}

/** Undefined for what is no line of a timeline. */
export function drawnIn(line: string): Drawn | undefined {
  const [, task, what = "", from, to] = LINE.exec(line) ?? []
  return task === undefined ? undefined : { task, what, from: Number(from), to: Number(to) }
}

function recordedIn({ tasks, drawn }: DrawingExercise, recording: Recording): Drawn[] {
  return timelineOf(recording).tasks.filter(({ name }) => tasks.includes(name)).flatMap(({ name, from, to, spans }) => {
    if (drawn === "lives") return [{ task: name, what: "", from, to }]
    return spans
      .filter((span) => span.state === "waiting" && span.to - span.from > EXACT)
      .map((span) => ({ task: name, what: IN_LINE.test(span.on ?? "") ? "line" : "sleep", from: span.from, to: span.to }))
  })
}

function same(one: Drawn, other: Drawn): boolean {
  return one.task === other.task && one.what === other.what && Math.abs(one.from - other.from) < EXACT && Math.abs(one.to - other.to) < EXACT
}

function lineOf({ task, what, from, to }: Drawn): string {
  return `${task}${what === "" ? "" : ` ${what}`} ${number(from)}..${number(to)}`
}

function number(seconds: number): string {
  return String(Math.round(seconds * 1000) / 1000)
}
