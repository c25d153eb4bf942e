/** What the build has written down for the page: programs, names and modules. */
import type { ClockKind } from "./messages.ts"

export interface Example {
  /** By which it is known: `gather`, a lesson; `guide/group`, of another folder. */
  readonly name: string
  /** Such as `group.ts`. */
  readonly file: string
  /** The first line of its comment. */
  readonly title: string
  readonly code: string
  readonly clock: ClockKind
  readonly from: "playground" | "lessons" | "guide" | "cookbook" | "coming-from"
}

/** An exercise of the course, as somebody sees it who has not solved it. */
export interface ExerciseData {
  readonly number: number
  readonly name: string
  readonly title: string
  readonly track: "main" | "advanced" | "remedial"
  readonly kind: "program" | "predict" | "draw" | "classify"
  /** What somebody who has done it can do. */
  readonly objective: string
  readonly remedial?: string
  readonly hints: readonly string[]
  /** Its README without the title. */
  readonly statement: string
  /** The file that the learner writes. */
  readonly answer: string
  /** As they are at the start. */
  readonly files: Readonly<Record<string, string>>
  /** Files that stay as they are. */
  readonly given: readonly string[]
  /** What the check would have to run and a browser cannot, and why. */
  readonly needs: Readonly<Record<string, string>>
  /** Lines that the program may print, in no order. */
  readonly lines?: readonly string[]
  /** Tasks that are to be drawn. */
  readonly tasks?: readonly string[]
}

export interface Named {
  readonly name: string
  readonly kind: "function" | "class" | "constant" | "type"
  readonly declaration: string
  readonly text: string
}

export interface SiteData {
  /** Where what a program imports stands, from the page. */
  readonly modules: Readonly<Record<string, string>>
  readonly names: Readonly<Record<string, readonly Named[]>>
  readonly examples: readonly Example[]
  readonly exercises: readonly ExerciseData[]
}

export async function siteData(): Promise<SiteData> {
  const answer = await fetch("data.json")
  if (!answer.ok) throw new Error(`data.json cannot be read: ${answer.status} ${answer.statusText}`)
  return (await answer.json()) as SiteData // as build.mjs writes it
}
