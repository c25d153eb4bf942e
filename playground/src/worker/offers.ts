/** What of TypeScript's completions the editor offers, in the editor's words. */
import type ts from "typescript"
import type { Offer } from "../types/type-messages.ts"

/** TypeScript's kinds that CodeMirror calls otherwise. */
const KINDS: Readonly<Record<string, string>> = {
  const: "constant",
  let: "variable",
  var: "variable",
  parameter: "variable",
  alias: "namespace",
  module: "namespace",
  "local class": "class",
  "local function": "function",
  getter: "property",
  setter: "property",
  accessor: "property",
  "enum member": "enum",
  "type parameter": "type",
  string: "text",
}
const SAME = new Set(["class", "constant", "enum", "function", "interface", "keyword", "method", "namespace", "property", "text", "type", "variable"])

/** Names of other modules come with an import, and of those alone that a program here can import. */
export function isOffered({ hasAction, source, kind }: ts.CompletionEntry, modules: readonly string[]): boolean {
  return kind !== "warning" && (source === undefined ? hasAction !== true : modules.includes(source))
}

export function offerOf({ name, kind, sortText, source }: ts.CompletionEntry): Offer {
  return { name, kind: SAME.has(kind) ? kind : (KINDS[kind] ?? "text"), rank: sortText, ...(source === undefined ? {} : { source }) }
}
