/** How far somebody has come with each exercise, and what they have written: kept in this browser alone. */

export interface ExerciseProgress {
  readonly done?: "passed" | "partly"
  /** How many hints were given. */
  readonly hints: number
  /** The text of the file that the learner writes; missing before anything was written. */
  readonly text?: string
}

const PREFIX = "asyncio-ts/exercises/"
const NOTHING: ExerciseProgress = { hints: 0 }
/** More than anybody writes in an exercise. */
const LONGEST = 200_000

export class Progress {
  /** For a browser that keeps nothing: then it lasts as long as the page. */
  readonly #kept = new Map<string, ExerciseProgress>()
  #works = true

  /** Whether the browser keeps it. */
  get works(): boolean {
    return this.#works
  }

  of(exercise: string): ExerciseProgress {
    try {
      const text = localStorage.getItem(PREFIX + exercise)
      return text === null ? (this.#kept.get(exercise) ?? NOTHING) : readProgress(text)
    } catch {
      this.#works = false
      return this.#kept.get(exercise) ?? NOTHING
    }
  }

  set(exercise: string, change: Partial<ExerciseProgress>): void {
    const progress = { ...this.of(exercise), ...change }
    this.#kept.set(exercise, progress)
    try {
      localStorage.setItem(PREFIX + exercise, JSON.stringify(progress))
    } catch {
      // No room, or a browser that was told to keep nothing.
      this.#works = false
    }
  }
}

/** Anything may stand there: other pages of the same origin can write it. */
export function readProgress(text: string): ExerciseProgress {
  try {
    const found: unknown = JSON.parse(text)
    if (typeof found !== "object" || found === null) return NOTHING
    const { done, hints, text: written } = found as Readonly<Record<string, unknown>> // an object has fields
    return {
      hints: typeof hints === "number" && Number.isSafeInteger(hints) && hints > 0 ? hints : 0,
      ...(done === "passed" || done === "partly" ? { done } : {}),
      ...(typeof written === "string" && written.length <= LONGEST ? { text: written } : {}),
    }
  } catch {
    return NOTHING
  }
}
