/** The editor, and the marks in it: where a program failed, what is wrong with its types, and where a step goes on and stops. */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete"
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands"
import { javascript } from "@codemirror/lang-javascript"
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language"
import { forEachDiagnostic, lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from "@codemirror/lint"
import { EditorState, StateEffect, StateField, type Extension, type Text } from "@codemirror/state"
import { Decoration, drawSelection, EditorView, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers, type DecorationSet } from "@codemirror/view"
import { tags } from "@lezer/highlight"
import { diagnosticOf } from "./types/type-mistakes.ts"
import type { Mistake } from "./types/type-messages.ts"

/** The lines of a step, from 1. */
export interface Marks {
  readonly from?: number | undefined
  readonly to?: number | undefined
}

const setMarks = StateEffect.define<Marks>()

const marks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(old, { effects, changes, state }) {
    for (const effect of effects) if (effect.is(setMarks)) return decorated(effect.value, state.doc)
    return old.map(changes)
  },
  provide: (field) => EditorView.decorations.from(field),
})

function decorated({ from, to }: Marks, doc: Text): DecorationSet {
  const found = ([["goes-on", from], ["stops", to]] as const).flatMap(([name, line]) => (line === undefined || line > doc.lines ? [] : [{ name, at: doc.line(line).from }]))
  return Decoration.set(found.map(({ name, at }) => Decoration.line({ class: `cm-${name}` }).range(at)), true)
}

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier, tags.operatorKeyword], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: [tags.comment], color: "var(--quiet)", fontStyle: "italic" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName), tags.function(tags.definition(tags.variableName))], color: "var(--code-function)" },
  { tag: [tags.typeName, tags.className, tags.namespace], color: "var(--code-type)" },
])

/** How a text is shown. */
export interface Shown {
  /** What the editor is called for those who do not see it. */
  readonly label: string
  readonly readOnly?: boolean
  /** Whether it is no program. */
  readonly plain?: boolean
}

export class Editor {
  readonly #view: EditorView
  readonly #extensions: readonly Extension[]
  readonly #changed: () => void
  readonly #run: () => void
  /** Where the program failed; all other diagnostics are of types. */
  #failure: Diagnostic | undefined

  /** @param changed - the program is another one now */
  constructor(parent: HTMLElement, extensions: readonly Extension[], changed: () => void, run: () => void) {
    this.#extensions = extensions
    this.#changed = changed
    this.#run = run
    this.#view = new EditorView({ parent, state: this.#state("", { label: "Program" }) })
  }

  #state(doc: string, { label, readOnly = false, plain = false }: Shown): EditorState {
    return EditorState.create({
      doc,
      extensions: [
        keymap.of([{ key: "Mod-Enter", preventDefault: true, run: () => (this.#run(), true) }]),
        lineNumbers(),
        highlightSpecialChars(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        ...(plain ? [] : [indentOnInput(), bracketMatching(), closeBrackets(), autocompletion(), javascript({ typescript: true }), ...this.#extensions]),
        lintGutter(),
        marks,
        syntaxHighlighting(colours),
        // Escape and then Tab leaves the editor, as the help under it says.
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap, indentWithTab]),
        EditorState.readOnly.of(readOnly),
        EditorView.contentAttributes.of({ "aria-label": label, "aria-readonly": String(readOnly), tabindex: "0" }),
        EditorView.updateListener.of(({ docChanged }) => {
          if (docChanged) this.#changed()
        }),
      ],
    })
  }

  /** Another text, whose changes are no changes of the one before. */
  open(text: string, shown: Shown): void {
    this.#failure = undefined
    this.#view.setState(this.#state(text, shown))
    this.#changed()
  }

  get code(): string {
    return this.#view.state.doc.toString()
  }

  set code(text: string) {
    this.#view.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: text }, selection: { anchor: 0 }, scrollIntoView: true })
  }

  /** Shows where a program failed; without a line takes such marks away. */
  fail(line?: number, message = ""): void {
    const { doc } = this.#view.state
    const found = line === undefined || line < 1 || line > doc.lines ? undefined : doc.line(line)
    const failure = found === undefined ? undefined : { from: found.from, to: found.to, severity: "error" as const, message }
    if (failure === undefined && this.#failure === undefined) return
    this.#show(this.#marked(false), failure)
  }

  /** Shows what is wrong with the text that is there now. */
  showMistakes(mistakes: readonly Mistake[]): void {
    const [failure] = this.#marked(true)
    this.#show(mistakes.map((one) => diagnosticOf(one, this.#view.state.doc.length)), failure)
  }

  /** The failure, or all others, where they are now. */
  #marked(failed: boolean): Diagnostic[] {
    const found: Diagnostic[] = []
    forEachDiagnostic(this.#view.state, (one, from, to) => void (failed === (one === this.#failure) && found.push({ ...one, from, to })))
    return found
  }

  #show(mistakes: readonly Diagnostic[], failure: Diagnostic | undefined): void {
    this.#failure = failure
    this.#view.dispatch(setDiagnostics(this.#view.state, [...mistakes, ...(failure === undefined ? [] : [failure])]))
  }

  mark(marks: Marks): void {
    const { doc } = this.#view.state
    const line = marks.to ?? marks.from
    const scroll = line === undefined || line > doc.lines ? [] : [EditorView.scrollIntoView(doc.line(line).from, { y: "nearest", yMargin: 40 })]
    this.#view.dispatch({ effects: [setMarks.of(marks), ...scroll] })
  }

  goTo(line: number): void {
    const { doc } = this.#view.state
    if (line > doc.lines) return
    this.#view.dispatch({ selection: { anchor: doc.line(line).from }, scrollIntoView: true })
    this.#view.focus()
  }
}
