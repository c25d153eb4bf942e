/** Completion of asyncio's names, and what they are when the pointer rests on one. */
import { completeFromList, snippetCompletion, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete"
import { javascriptLanguage, localCompletionSource, snippets, typescriptSnippets } from "@codemirror/lang-javascript"
import type { Extension } from "@codemirror/state"
import { hoverTooltip } from "@codemirror/view"
import type { Named, SiteData } from "./site-data.ts"

const IMPORT = /import\s+(?:type\s+)?(?:\*\s+as\s+(\w+)|\{([^}]*)\})\s+from\s+"([^"]+)"/g
const KINDS = { function: "function", class: "class", constant: "constant", type: "type" } as const

/** What a program calls the names of which module. */
interface Imported {
  readonly spaces: ReadonlyMap<string, readonly Named[]>
  readonly names: ReadonlyMap<string, Named>
}

export function namesOf({ names, modules }: SiteData): Extension[] {
  const importedIn = (code: string): Imported => {
    const spaces = new Map<string, readonly Named[]>()
    const own = new Map<string, Named>()
    for (const [, space, list = "", from = ""] of code.matchAll(IMPORT)) {
      const given = Object.hasOwn(names, from) ? (names[from] ?? []) : []
      if (space !== undefined) spaces.set(space, given)
      for (const part of list.split(",")) {
        const [name = "", alias = name] = part.trim().replace(/^type /, "").split(/\s+as\s+/)
        const found = given.find((one) => one.name === name)
        if (found !== undefined) own.set(alias, found)
      }
    }
    return { spaces, names: own }
  }

  const complete = (context: CompletionContext): CompletionResult | null => {
    const module = context.matchBefore(/from "[^"]*/)
    if (module !== null) return { from: module.from + 'from "'.length, options: Object.keys(modules).map((label) => ({ label, type: "namespace" })) }
    const code = context.state.doc.toString()
    const member = context.matchBefore(/(\w+)\.\w*/)
    const imported = importedIn(code)
    if (member !== null) {
      const [space = ""] = member.text.split(".")
      const given = imported.spaces.get(space)
      return given === undefined ? null : { from: member.from + space.length + 1, options: given.map(completionOf), validFor: /^\w*$/ }
    }
    const word = context.matchBefore(/\w+/)
    if (word === null) return null
    return { from: word.from, options: [...imported.names].map(([alias, named]) => ({ ...completionOf(named), label: alias })), validFor: /^\w*$/ }
  }

  const hover = hoverTooltip((view, position) => {
    const line = view.state.doc.lineAt(position)
    const code = view.state.doc.toString()
    for (const match of line.text.matchAll(/(?:(\w+)\.)?(\w+)/g)) {
      const [all, space, name = ""] = match
      const to = line.from + match.index + all.length
      const from = to - name.length
      if (position < from || position > to) continue
      const imported = importedIn(code)
      const found = space === undefined ? imported.names.get(name) : imported.spaces.get(space)?.find((one) => one.name === name)
      if (found !== undefined) return { pos: from, end: to, above: true, create: () => ({ dom: described(found) }) }
    }
    return null
  })

  const words = [...snippets, ...typescriptSnippets, snippetCompletion("asyncio.coroutine(\"${name}\", async (${}) => {\n\t${}\n})", { label: "coroutine", detail: "asyncio", type: "keyword" })]
  return [
    hover,
    ...[complete, localCompletionSource, completeFromList(words)].map((autocomplete) => javascriptLanguage.data.of({ autocomplete })),
  ]
}

function completionOf(named: Named): Completion {
  return { label: named.name, type: KINDS[named.kind], info: () => described(named) }
}

function described({ declaration, text }: Named): HTMLElement {
  const box = document.createElement("div")
  box.className = "named"
  const code = document.createElement("code")
  code.textContent = declaration
  box.append(code)
  if (text !== "") {
    const words = document.createElement("p")
    words.textContent = text
    box.append(words)
  }
  return box
}
