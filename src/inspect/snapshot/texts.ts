/**
 * Texts that are read in parts by somebody outside the process.
 */
import { host } from "../../host/host.ts"
import type { Snapshot } from "../snapshot.ts"
import { inPieces } from "./pieces.ts"
import { taskText } from "./snapshot-text.ts"

/** A text to be read in parts. */
export interface TextInfo {
  readonly id: number
  /** In units of UTF-16. */
  readonly length: number
}

/** Seconds that a text is kept for somebody who may have gone. */
const KEPT = 60
/** So many are kept at once. */
const MOST = 4

export class Texts {
  readonly #kept = new Map<number, { readonly text: string; readonly until: number }>()
  #last = 0

  keep(text: string): TextInfo {
    this.#tidy()
    this.#last += 1
    this.#kept.set(this.#last, { text, until: host.now() + KEPT })
    return { id: this.#last, length: text.length }
  }

  /** The text of a snapshot, made task by task. */
  async keepInPieces(snapshot: Snapshot): Promise<TextInfo> {
    const parts: string[] = []
    const longest = await inPieces(listTexts(snapshot, parts))
    const { tasks: _, ...rest } = { ...snapshot, paused: Math.max(snapshot.paused, longest) }
    // The list is the last of the object, and still empty: its bracket and the object's are put back below.
    const head = JSON.stringify({ ...rest, tasks: [] })
    return this.keep(`${head.slice(0, -"]}".length)}${parts.join(",")}]}`)
  }

  read(id: number, from: number, to: number): string {
    this.#tidy()
    const text = this.#kept.get(id)?.text ?? ""
    if (to >= text.length) this.#kept.delete(id)
    return text.slice(from, to)
  }

  drop(id: number): void {
    this.#kept.delete(id)
  }

  #tidy(): void {
    const now = host.now()
    for (const [id, { until }] of this.#kept) if (until < now || this.#kept.size >= MOST + 1) this.#kept.delete(id)
  }
}

function* listTexts({ tasks }: Snapshot, into: string[]): Generator<void> {
  for (const task of tasks) {
    into.push(taskText(task))
    yield
  }
}
