/** Completion: by type where the service answers, else of asyncio's names and what stands in the program. */
import { completeFromList, pickedCompletion, snippetCompletion, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete"
import { javascriptLanguage, localCompletionSource, snippets, typescriptSnippets } from "@codemirror/lang-javascript"
import type { Extension, TransactionSpec } from "@codemirror/state"
import type { EditorView } from "@codemirror/view"
import { described } from "../described.ts"
import type { Names } from "../names.ts"
import type { TypeClient } from "./type-client.ts"
import type { Answers, Offer, ProgramText } from "./type-messages.ts"

/** The program, with that text in the file that is open. */
export type ProgramOf = (text: string) => ProgramText

const WORD = /#?[\w$]*$/
const WHOLE_WORD = /^#?[\w$]*$/
/** TypeScript sorts what is near before these: globals, and names that have to be imported. */
const FAR: Readonly<Record<string, number>> = { "15": -10, "16": -20 }

const words = completeFromList([...snippets, ...typescriptSnippets, snippetCompletion("asyncio.coroutine(\"${name}\", async (${}) => {\n\t${}\n})", { label: "coroutine", detail: "asyncio", type: "keyword" })])

export function typeCompletion(client: TypeClient, names: Names, programOf: ProgramOf): Extension {
  const typed = async (context: CompletionContext): Promise<CompletionResult | null> => {
    const text = context.state.doc.toString()
    const program = programOf(text)
    const found = await client.ask({ kind: "completions", program, at: context.pos })
    if (found === undefined || context.aborted || found.offers.length === 0) return null
    const options = found.offers.map((offer) => completionOf(offer, () => client.ask({ kind: "details", program, at: context.pos, name: offer.name, source: offer.source })))
    return { from: Math.min(found.from, context.pos), options, validFor: WHOLE_WORD }
  }
  const complete = async (context: CompletionContext): Promise<CompletionResult | null> => {
    const module = names.completeModule(context)
    if (module !== null) return module
    const word = context.matchBefore(WORD)
    const before = context.state.sliceDoc(Math.max(0, context.pos - 1), context.pos)
    // After a space or a bracket nobody has asked for anything.
    if (!context.explicit && (word === null || word.from === word.to) && !/["'`.]/.test(before)) return null
    client.wake()
    // Without a word for which the answer stays valid: the next letter asks again.
    if (!client.prompt) return names.complete(context) ?? localCompletionSource(context)
    const answer = await typed(context)
    return answer === null && client.state !== "ready" ? names.complete(context) : answer
  }
  const wordsAlone = (context: CompletionContext): ReturnType<typeof words> => (context.matchBefore(/\.\s*[\w$]*$/) === null ? words(context) : null)
  return [complete, wordsAlone].map((autocomplete) => javascriptLanguage.data.of({ autocomplete }))
}

function completionOf(offer: Offer, ask: () => Promise<Answers["details"] | undefined>): Completion {
  const { name, kind, rank, source } = offer
  let asked: Promise<Answers["details"] | undefined> | undefined
  const details = (): Promise<Answers["details"] | undefined> => (asked ??= ask())
  const info = async (): Promise<HTMLElement | null> => {
    const answer = await details()
    return answer === undefined ? null : described(answer)
  }
  const base = { label: name, type: kind, boost: FAR[rank.slice(0, 2)] ?? 0, info }
  if (source === undefined) return base
  return { ...base, detail: source, apply: (view, completion, from, to) => void withImport(view, completion, { from, to }, details()) }
}

/** Writes the name at once, and its import as soon as it is known where that goes. */
async function withImport(view: EditorView, completion: Completion, { from, to }: { from: number; to: number }, details: Promise<Answers["details"] | undefined>): Promise<void> {
  const before = view.state.sliceDoc(0, from)
  const insert = { changes: { from, to, insert: completion.label }, selection: { anchor: from + completion.label.length }, userEvent: "input.complete" } satisfies TransactionSpec
  view.dispatch({ ...insert, annotations: pickedCompletion.of(completion) })
  const changes = ((await details)?.changes ?? []).filter((change) => change.to <= from)
  // What stands before the name is what the places are told of; behind it, somebody may have written on.
  if (changes.length === 0 || view.state.sliceDoc(0, from) !== before) return
  view.dispatch({ changes: changes.map((change) => ({ from: change.from, to: change.to, insert: change.text })) })
}
