/** Asyncio's names, as the build has read them off the sources: what is completed and explained until the type service is there, or where it cannot be. */
import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete"
import type { EditorState } from "@codemirror/state"
import { described } from "./described.ts"
import type { Named, SiteData } from "./site-data.ts"

const IMPORT = /import\s+(?:type\s+)?(?:\*\s+as\s+(\w+)|\{([^{}]*)\})\s+from\s+"([^"]+)"/g
const KINDS = { function: "function", class: "class", constant: "constant", type: "type" } as const

/** What a program calls the names of which module. */
interface Imported {
  readonly spaces: ReadonlyMap<string, readonly Named[]>
  readonly names: ReadonlyMap<string, Named>
}

export class Names {
  readonly #names: SiteData["names"]
  readonly #modules: readonly string[]

  constructor({ names, modules }: Pick<SiteData, "names" | "modules">) {
    this.#names = names
    this.#modules = Object.keys(modules)
  }

  /** Of the modules, where one is to be imported. */
  completeModule(context: CompletionContext): CompletionResult | null {
    const module = context.matchBefore(/from "[^"]*/)
    return module === null ? null : { from: module.from + 'from "'.length, options: this.#modules.map((label) => ({ label, type: "namespace" })) }
  }

  complete(context: CompletionContext): CompletionResult | null {
    const member = context.matchBefore(/(\w+)\.\w*/)
    const imported = this.#importedIn(context.state.doc.toString())
    if (member !== null) {
      const [space = ""] = member.text.split(".")
      const given = imported.spaces.get(space)
      return given === undefined ? null : { from: member.from + space.length + 1, options: given.map(completionOf) }
    }
    const word = context.matchBefore(/\w+/)
    if (word === null) return null
    return { from: word.from, options: [...imported.names].map(([alias, named]) => ({ ...completionOf(named), label: alias })) }
  }

  /** The name at a position. */
  at(state: EditorState, position: number): { from: number; to: number; code: string; text: string } | undefined {
    const line = state.doc.lineAt(position)
    for (const match of line.text.matchAll(/(?:(\w+)\.)?(\w+)/g)) {
      const [all, space, name = ""] = match
      const to = line.from + match.index + all.length
      const from = to - name.length
      if (position < from || position > to) continue
      const imported = this.#importedIn(state.doc.toString())
      const found = space === undefined ? imported.names.get(name) : imported.spaces.get(space)?.find((one) => one.name === name)
      if (found !== undefined) return { from, to, code: found.declaration, text: found.text }
    }
    return undefined
  }

  #importedIn(code: string): Imported {
    const spaces = new Map<string, readonly Named[]>()
    const own = new Map<string, Named>()
    for (const [, space, list = "", from = ""] of code.matchAll(IMPORT)) {
      const given = Object.hasOwn(this.#names, from) ? (this.#names[from] ?? []) : []
      if (space !== undefined) spaces.set(space, given)
      for (const part of list.split(",")) {
        const [name = "", alias = name] = part.trim().replace(/^type /, "").split(/\s+as\s+/)
        const found = given.find((one) => one.name === name)
        if (found !== undefined) own.set(alias, found)
      }
    }
    return { spaces, names: own }
  }
}

function completionOf({ name, kind, declaration, text }: Named): Completion {
  return { label: name, type: KINDS[kind], info: () => described({ code: declaration, text }) }
}
