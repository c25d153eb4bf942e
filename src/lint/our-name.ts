/** How a file calls something of this package, for changes that name it. */
import type { ImportSpecifier, Node } from "./nodes.ts"
import type { Fix, Fixer, SourceCode } from "./rule.ts"

export interface OurName {
  readonly text: string
  /** What else has to change so that the name means something. */
  readonly also: (fixer: Fixer) => readonly Fix[]
}

const nothing = (): readonly Fix[] => []

/** Undefined where the file imports nothing of the package that the name could join. */
export function ourName(name: string, source: SourceCode, entry = "asyncio-ts"): OurName | undefined {
  if (source.ast.type !== "Program") return undefined
  let last: ImportSpecifier | undefined
  for (const statement of source.ast.body) {
    if (statement.type !== "ImportDeclaration" || statement.source.value !== entry || statement.importKind === "type") continue
    for (const specifier of statement.specifiers) {
      if (specifier.type === "ImportNamespaceSpecifier") return { text: `${specifier.local.name}.${name}`, also: nothing }
      if (specifier.type !== "ImportSpecifier") continue
      if (importedName(specifier) === name && specifier.importKind !== "type") return { text: specifier.local.name, also: nothing }
      last = specifier
    }
  }
  // Under a name that the file has for something else, it would be that.
  if (last === undefined || name.includes(".") || declares(name, source)) return undefined
  const { range } = last
  return { text: name, also: (fixer) => [fixer.insertTextAfterRange(range, `, ${name}`)] }
}

function importedName({ imported }: ImportSpecifier): string {
  return imported.type === "Identifier" ? imported.name : String(imported.value)
}

function declares(name: string, source: SourceCode): boolean {
  return new RegExp(`\\b${name}\\b`).test(source.text)
}

/** A text that stands for `node`, awaited, in brackets where its surroundings ask for them. */
export function awaited(text: string, node: Node): string {
  const { parent } = node
  const binds = (parent?.type === "MemberExpression" && parent.object === node) || (parent?.type === "CallExpression" && parent.callee === node) || parent?.type === "TSNonNullExpression" || parent?.type === "ChainExpression"
  return binds ? `(await ${text})` : `await ${text}`
}
