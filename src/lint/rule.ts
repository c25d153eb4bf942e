/** What a rule gets of the linter and gives to it: the part of ESLint's interface that these rules use. */
import type { Node } from "./nodes.ts"

export interface Rule {
  readonly meta: {
    readonly type: "problem" | "suggestion"
    readonly docs: { readonly description: string; readonly url: string; readonly recommended: boolean }
    readonly hasSuggestions: boolean
    readonly schema: object[]
    readonly defaultOptions?: object[]
    readonly messages: Record<string, string>
  }
  // A method, and lists that may be written: so it is a rule in the types of linters as well.
  create(context: RuleContext): Visitor
}

/** Called with each node of a type, or at the end of one. */
export type Visitor = Record<string, (node: never) => void>

export interface RuleContext {
  readonly sourceCode: SourceCode
  readonly options: readonly unknown[]
  report(problem: Problem): void
}

export interface Problem {
  readonly node: Node
  readonly messageId: string
  readonly data?: Readonly<Record<string, string>>
  readonly suggest?: readonly Suggestion[]
}

export interface Suggestion {
  readonly messageId: string
  readonly data?: Readonly<Record<string, string>>
  readonly fix: (fixer: Fixer) => readonly Fix[]
}

/** A change of the text; the linter alone knows what is in it. */
export type Fix = object

export interface Fixer {
  insertTextBeforeRange(range: readonly [number, number], text: string): Fix
  insertTextAfterRange(range: readonly [number, number], text: string): Fix
  replaceTextRange(range: readonly [number, number], text: string): Fix
}

export interface SourceCode {
  readonly ast: Node
  readonly text: string
  readonly visitorKeys: Readonly<Record<string, readonly string[] | undefined>>
  readonly parserServices?: TypeServices
  getText(node: Node): string
  getScope(node: Node): Scope
}

export interface Scope {
  readonly set: ReadonlyMap<string, Variable>
  readonly upper: Scope | null
}

export interface Variable {
  readonly name: string
  readonly defs: readonly Definition[]
  readonly references: readonly Reference[]
}

export interface Definition {
  readonly type: string
  readonly node: Node
  readonly name: Node
  readonly parent?: Node | null
}

export interface Reference {
  readonly identifier: Node
  /** Whether it is the first value that a declaration gives. */
  readonly init?: boolean | null
  isWrite(): boolean
}

/** What `@typescript-eslint/parser` offers in a project whose types it knows. */
export interface TypeServices {
  readonly program?: { getTypeChecker(): TypeChecker } | null
  readonly getTypeAtLocation?: (node: Node) => Type
}

export interface TypeChecker {
  getBaseTypes(type: Type): readonly Type[]
}

export interface Type {
  readonly symbol?: TypeSymbol
  readonly target?: Type
  readonly types?: readonly Type[]
  isUnion(): boolean
  isClassOrInterface(): boolean
}

export interface TypeSymbol {
  readonly name: string
  readonly declarations?: readonly { getSourceFile(): { readonly fileName: string } }[]
}

/** Options of a rule: an object, or nothing. */
export function optionsOf<Options extends object>(context: RuleContext, defaults: Options): Options {
  const [given] = context.options
  return typeof given === "object" ? { ...defaults, ...given } : defaults
}

/** Where a rule is explained: a page of the package, as it is installed. */
export function docsUrl(rule: string): string {
  return `node_modules/asyncio-ts/docs/lint.md#${rule}`
}
