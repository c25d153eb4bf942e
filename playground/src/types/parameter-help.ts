/** The parameters of the call that is being written, and which of them comes now. Ctrl+Shift+Space asks for them. */
import { StateEffect, StateField, type Extension } from "@codemirror/state"
import { keymap, showTooltip, ViewPlugin, type EditorView, type Tooltip, type ViewUpdate } from "@codemirror/view"
import type { TypeClient } from "./type-client.ts"
import type { ProgramOf } from "./type-completion.ts"
import type { Answers } from "./type-messages.ts"

const setCall = StateEffect.define<Answers["call"] | undefined>()

const shownCall = StateField.define<Tooltip | null>({
  create: () => null,
  update(old, { effects, changes }) {
    for (const effect of effects) if (effect.is(setCall)) return effect.value === undefined ? null : tooltipOf(effect.value)
    return old === null || changes.empty ? old : { ...old, pos: changes.mapPos(old.pos) }
  },
  provide: (field) => showTooltip.from(field),
})

export function parameterHelp(client: TypeClient, programOf: ProgramOf): Extension {
  /** Whether help was asked for, and none has been given yet. */
  let wanted = false
  const ask = async (view: EditorView): Promise<void> => {
    wanted = true
    const { doc, selection } = view.state
    const { head } = selection.main
    const found = await client.ask({ kind: "call", program: programOf(doc.toString()), at: head })
    // Whoever has written on since then has asked again.
    if (view.state.doc !== doc || view.state.selection.main.head !== head) return
    wanted = false
    if (found !== undefined || isShown(view)) view.dispatch({ effects: setCall.of(found) })
  }
  const close = (view: EditorView): boolean => {
    wanted = false
    if (!isShown(view)) return false
    view.dispatch({ effects: setCall.of(undefined) })
    return true
  }
  const watch = ViewPlugin.define(() => ({
    update(update: ViewUpdate) {
      if ((update.docChanged || update.selectionSet) && (wanted || isShown(update.view) || begins(update))) void ask(update.view)
    },
  }), { eventHandlers: { blur: (_, view) => void close(view) } })
  return [shownCall, watch, keymap.of([{ key: "Escape", run: close }, { key: "Mod-Shift-Space", run: (view) => (void ask(view), true) }])]
}

function isShown({ state }: EditorView): boolean {
  return state.field(shownCall) !== null
}

/** Whether somebody has just opened a call, or gone on to the next of its parameters. */
function begins({ docChanged, transactions, state }: ViewUpdate): boolean {
  if (!docChanged || !transactions.some((one) => one.isUserEvent("input.type"))) return false
  const { head } = state.selection.main
  return /[(,]\s?$/.test(state.sliceDoc(Math.max(0, head - 2), head))
}

function tooltipOf({ from, before, parameter, after, text }: Answers["call"]): Tooltip {
  return {
    pos: from,
    above: true,
    create: () => {
      const dom = document.createElement("div")
      dom.className = "named call"
      const code = document.createElement("code")
      const now = document.createElement("strong")
      now.textContent = parameter
      code.append(before, now, after)
      const words = document.createElement("p")
      words.textContent = text
      dom.append(code, ...(text === "" ? [] : [words]))
      return { dom }
    },
  }
}
