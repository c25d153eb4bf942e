/** What the page and its worker tell each other. */
import type { Recording } from "../../src/inspect/recording.ts"

export type ClockKind = "virtual" | "real"

/** A program to run; a worker runs one. */
export interface Order {
  readonly kind: "run"
  /** JavaScript, its lines where those of the source are. */
  readonly code: string
  readonly source: string
  /** Such as `restaurant.ts`. */
  readonly file: string
  readonly clock: ClockKind
}

export type ToWorker = Order | { readonly kind: "stop" }

/** What the viewer's page carries, ready to be put in. */
export interface PageParts {
  readonly facts: string
  readonly recording: string
}

export interface Seen {
  readonly recording: Recording
  readonly parts: PageParts
  /** Who waits for what at this moment; empty once nothing runs. */
  readonly tree: string
}

export type OutputLevel = "log" | "warn" | "error"

export type FromWorker =
  | { readonly kind: "output"; readonly level: OutputLevel; readonly text: string; readonly time: number | undefined; readonly line?: number }
  | { readonly kind: "failed"; readonly text: string; readonly line?: number }
  | { readonly kind: "seen"; readonly seen: Seen }
  | { readonly kind: "ended" }
