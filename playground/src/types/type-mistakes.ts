/** Mistakes of types, a moment after somebody has stopped writing. */
import type { Diagnostic } from "@codemirror/lint"
import { Transaction, type Extension, type Text } from "@codemirror/state"
import { ViewPlugin, type EditorView, type ViewUpdate } from "@codemirror/view"
import type { TypeClient } from "./type-client.ts"
import type { Mistake } from "./type-messages.ts"
import type { ProgramOf } from "./type-completion.ts"

const PAUSE_MS = 400
/** What was said of an older text is left standing for so long: whoever hears the page would hear it again and again. */
const STALE_MS = 1000

export interface MistakeEvents {
  /** Of the text that the editor has now. */
  found(mistakes: readonly Mistake[]): void
  /** Nobody can say, or can yet. */
  unknown(tooLong: boolean): void
  /** What was said is of another text. */
  stale(): void
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

    update({ docChanged, transactions }: ViewUpdate): void {
      if (docChanged && (client.state !== "asleep" || transactions.some(isWritten))) this.#later()
    }

    destroy(): void {
      this.#ended = true
      clearTimeout(this.#timer)
      events.stale()
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
      const stale = setTimeout(() => void (this.#ended || events.stale()), STALE_MS)
      const found = await client.ask({ kind: "mistakes", program: programOf(doc.toString()) })
      clearTimeout(stale)
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

/** What the page puts into the editor is nobody's writing. */
function isWritten(transaction: Transaction): boolean {
  return transaction.annotation(Transaction.userEvent) !== undefined
}

/** As the editor shows it: a program with mistakes of types alone runs. */
export function diagnosticOf({ from, to, message, stops }: Mistake, length: number): Diagnostic {
  const end = Math.min(to, length)
  return { from: Math.min(from, end), to: end, message, severity: stops ? "error" : "warning", source: stops ? "TypeScript" : "a type: the program runs all the same" }
}
