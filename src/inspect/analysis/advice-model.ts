/**
 * What would help a program.
 */

/** Something that would help. */
export interface Advice {
  /** Stays the same from version to version. */
  readonly id: "awaits-in-a-row" | "lock-held" | "starving" | "queue-full" | "few-workers" | "late" | "collections"
  /** What was found and what to do about it, in a sentence or two. */
  readonly text: string
  /** The second part of it alone. */
  readonly remedy: string
  /** Whose code it is about. */
  readonly task?: number
  /** Where to look first, as in the recording. */
  readonly place?: string
  /** The lines, such as `app.ts:42–44`. */
  readonly lines?: string
  /** The stretch that it is about, in seconds of the loop's clock. */
  readonly from?: number
  readonly to?: number
  /** What it costs, in seconds. */
  readonly seconds: number
  /** How long the whole takes now. */
  readonly total: number
  /** How long it would take. */
  readonly predicted?: number
  readonly saving?: number
  /** What events cannot show, and is taken for granted. */
  readonly assumed?: string
}
