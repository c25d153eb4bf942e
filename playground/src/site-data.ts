/** What the build has written down for the page: programs, names and modules. */
import type { ClockKind } from "./messages.ts"

export interface Example {
  readonly name: string
  /** The first line of its comment. */
  readonly title: string
  readonly code: string
  readonly clock: ClockKind
  readonly from: "playground" | "lessons"
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
}

export async function siteData(): Promise<SiteData> {
  const answer = await fetch("data.json")
  if (!answer.ok) throw new Error(`data.json cannot be read: ${answer.status} ${answer.statusText}`)
  return (await answer.json()) as SiteData // as build.mjs writes it
}
