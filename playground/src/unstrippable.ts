/** A part of TypeScript that Node does not run, since it is more than a type. The page would; the terminal, where the same work is checked, does not. */
import { typescriptLanguage } from "@codemirror/lang-javascript"

const PARTS: Readonly<Record<string, string>> = { EnumDeclaration: "enum", NamespaceDeclaration: "namespace declaration" }

/** In Node's words; undefined if there is none. */
export function unstrippable(source: string): string | undefined {
  let found: string | undefined
  typescriptLanguage.parser.parse(source).iterate({
    enter({ name, node }) {
      // What is only declared is a type.
      if (name === "AmbientDeclaration") return false
      found ??= PARTS[name] ?? ((name === "Privacy" || name === "readonly") && node.parent?.name === "ParamList" ? "parameter property" : undefined)
      return found === undefined
    },
  })
  return found === undefined ? undefined : `TypeScript ${found} is not supported in strip-only mode`
}
