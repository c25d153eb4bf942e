/**
 * What is tried under many schedules: a family of objects or functions, and what must hold of it.
 */
import type { Task } from "asyncio-ts"

/** What tasks can do with one thing, in steps. */
export interface Family {
  readonly name: string
  /** What a task does in one step. */
  readonly operations: readonly string[]
  /** How the thing may be made, such as with how many permits. */
  readonly variants: readonly string[]
  make(variant: number, crew: Crew): Subject
}

/** The tasks of a program, by number, and how far it is. */
export class Crew {
  readonly tasks: Task<void>[] = []
  /** What is left is being cancelled: what waits then has nothing to expect. */
  over = false

  numberOf(task: object | undefined): number {
    return this.tasks.indexOf(task as Task<void>) // -1 for what is none of them
  }
}

/** One thing, new for each run. */
export interface Subject {
  /** Throws what no schedule may bring about. */
  step(task: number, operation: number): PromiseLike<void> | undefined
  /** Nothing happens any more, so who can go on has been forgotten. */
  atRest(): void
  /** Lets go of what a task needs before it can end, while all are cancelled. */
  letGo?(): void
  /** All tasks have ended, so nothing may be left. */
  atEnd(): void
}

/** One that says what it is in full: two that say the same go on in the same ways. */
export interface Told extends Subject {
  /**
   * The whole, without naming tasks; what belongs to one task goes to its place.
   *
   * @param each - of each task what is known of it already; to be added to
   */
  tell(each: string[]): string
}

/** Something happened that may not. */
export class Broken extends Error {
  override readonly name = "Broken"
}

/** @throws Broken unless it holds. */
export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Broken(what)
}

/** A step that throws what it should: whether it did. */
export function refused(call: () => void, Refusal: new (...given: never[]) => Error): boolean {
  try {
    call()
    return false
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return true
  }
}
