/** Mistakes of types, a moment after somebody has stopped writing. */
import type { Diagnostic } from "@codemirror/lint"
import type { Extension, Text } from "@codemirror/state"
import { ViewPlugin, type EditorView, type ViewUpdate } from "@codemirror/view"
import type { TypeClient } from "./type-client.ts"
import type { Mistake } from "./type-messages.ts"
import type { ProgramOf } from "./type-completion.ts"

const PAUSE_MS = 400

export interface MistakeEvents {
  /** Of the text that the editor has now. */
  found(mistakes: readonly Mistake[]): void
  /** Nobody can say, or can yet. */
  unknown(tooLong: boolean): void
  /** Another text is opened. */
  closed(): void
}

export function typeMistakes(client: TypeClient, programOf: ProgramOf, events: MistakeEvents): Extension {
  class Watch {
    readonly #view: EditorView
    #timer = 0
    #ended = false
    #asked: Text | undefined

    constructor(view: EditorView) {
      this.#view = view
      // Opening a program loads nothing; once somebody has had use for types, each is looked at.
      if (client.state !== "asleep") this.#later()
    }

    update({ docChanged }: ViewUpdate): void {
      if (docChanged) this.#later()
    }

    destroy(): void {
      this.#ended = true
      clearTimeout(this.#timer)
      events.closed()
    }

    /** Whoever goes into the text is about to need it. */
    wake(): void {
      if (this.#asked !== this.#view.state.doc) this.#later()
    }

    #later(): void {
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => void this.#look(), PAUSE_MS)
    }

    async #look(): Promise<void> {
      const { doc, readOnly } = this.#view.state
      // Nobody can put right what stays as it is.
      if (readOnly) return client.wake()
      this.#asked = doc
      const found = await client.ask({ kind: "mistakes", program: programOf(doc.toString()) })
      if (this.#ended || this.#view.state.doc !== doc) return
      if (found !== undefined) events.found(found)
      else events.unknown(client.gaveUpOn(doc.toString()))
    }
  }
  return ViewPlugin.fromClass(Watch, {
    eventHandlers: {
      focus() {
        this.wake()
      },
    },
  })
}

/** As the editor shows it: a program with mistakes of types alone runs. */
export function diagnosticOf({ from, to, message, stops }: Mistake, length: number): Diagnostic {
  const end = Math.min(to, length)
  return { from: Math.min(from, end), to: end, message, severity: stops ? "error" : "warning", source: stops ? "TypeScript" : "a type: the program runs all the same" }
}
