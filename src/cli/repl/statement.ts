/**
 * What is typed at the prompt, made ready to run: without its types, with `await` and `import`
 * at the top, and with its variables kept for what is typed next.
 */
import type * as Acorn from "acorn"

import { incomplete, withoutTypes } from "./without-types.ts"

/** A piece of a program that can be run. */
export interface Statement {
  /** An expression that does it; its value is that of the statement, or a promise of it. */
  readonly code: string
  /** What stands before the user's own first character. */
  readonly before: number
  /** Whether it awaits anything itself, and so needs a task. */
  readonly awaits: boolean
  /** The variables that it declares. */
  readonly names: readonly string[]
}

/** A stretch of the text, and what stands there instead. */
interface Edit {
  readonly from: number
  readonly to: number
  readonly text: string
}

type AnyNode = Acorn.Node & Record<string, unknown>

/**
 * Reads `typed`: variables are assigned to the global object, so that they can be declared again.
 *
 * @throws SyntaxError if it is none of the language
 */
export function readStatement(acorn: typeof Acorn, typed: string): Statement | typeof incomplete {
  const object = asObject(acorn, typed)
  if (object !== undefined) return object
  const plain = withoutTypes(typed)
  if (plain === incomplete) return incomplete
  const program = parse(acorn, plain)
  if (!(program instanceof Error)) return rewritten(plain, program)
  if (endsTooSoon(program, plain)) return incomplete
  throw new SyntaxError(program.message.replace(/ \(\d+:\d+\)$/, ""))
}

/** What begins with a brace is an object, where it can be one. */
function asObject(acorn: typeof Acorn, typed: string): Statement | undefined {
  if (!/^\s*\{/.test(typed) || /;\s*$/.test(typed)) return undefined
  try {
    const plain = withoutTypes(`(${typed}\n)`)
    const program = plain === incomplete ? undefined : parse(acorn, plain)
    return plain === incomplete || program === undefined || program instanceof Error ? undefined : rewritten(plain, program)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function parse(acorn: typeof Acorn, text: string): Acorn.Program | SyntaxError {
  try {
    return acorn.parse(text, { ecmaVersion: "latest", sourceType: "module", allowAwaitOutsideFunction: true })
  } catch (error) {
    if (error instanceof SyntaxError) return error
    throw error
  }
}

function endsTooSoon(error: SyntaxError & { readonly raisedAt?: number }, text: string): boolean {
  return /^Unterminated (?:template|comment)/.test(error.message) || (/^Unexpected token/.test(error.message) && (error.raisedAt ?? 0) >= text.trimEnd().length)
}

function rewritten(text: string, program: Acorn.Program): Statement {
  const edits: Edit[] = []
  const names: string[] = []
  const functions: string[] = []
  const walk = new Walk(text, edits, names)
  for (const node of program.body) {
    if (node.type.startsWith("Export") && !("declaration" in node && node.type === "ExportNamedDeclaration" && node.declaration)) {
      throw new SyntaxError("nobody could import what a prompt exports; declare it, or give its value")
    }
    const declared = node.type === "ExportNamedDeclaration" && node.declaration ? node.declaration : node
    if (declared !== node) edits.push({ from: node.start, to: declared.start, text: "" })
    if (declared.type === "FunctionDeclaration") {
      names.push(declared.id.name)
      functions.push(`globalThis.${declared.id.name} = ${declared.id.name};`)
    } else if (declared.type === "ClassDeclaration") {
      names.push(declared.id.name)
      edits.push({ from: declared.start, to: declared.start, text: `${declared.id.name} = ` }, { from: declared.end, to: declared.end, text: ";" })
    }
    walk.through(declared as unknown as AnyNode) // the walk goes through whatever fields it has
  }
  const last = program.body.at(-1)
  if (last?.type === "ExpressionStatement") {
    const end = text.endsWith(";", last.end) ? last.end - 1 : last.end
    edits.push({ from: last.start, to: last.start, text: "return (" }, { from: end, to: end, text: ")" })
  }
  const before = `(${walk.awaits ? "async " : ""}() => { "use strict"; ${functions.join(" ")} `
  return { code: `${before}${applied(text, edits)}\n})()`, before: before.length, awaits: walk.awaits, names }
}

function applied(text: string, edits: readonly Edit[]): string {
  let result = ""
  let at = 0
  // Those at one place in the order in which they were found.
  for (const { from, to, text: instead } of [...edits].sort((a, b) => a.from - b.from)) {
    result += text.slice(at, from) + instead
    at = to
  }
  return result + text.slice(at)
}

/** Goes through what a statement does itself, and not through functions in it. */
class Walk {
  readonly #text: string
  readonly #edits: Edit[]
  readonly #names: string[]
  awaits = false

  constructor(text: string, edits: Edit[], names: string[]) {
    this.#text = text
    this.#edits = edits
    this.#names = names
  }

  /** @param listed - whether it is one of several statements, and so may begin with a semicolon */
  through(node: AnyNode, nested = false, listed = true): void {
    if (node.type === "VariableDeclaration" && (!nested || node["kind"] === "var")) this.#assign(node as unknown as Acorn.VariableDeclaration, listed)
    else if (node.type === "ImportDeclaration") return this.#import(node as unknown as Acorn.ImportDeclaration)
    if (node.type === "AwaitExpression" || (node.type === "ForOfStatement" && node["await"] === true) || node["kind"] === "await using") this.awaits = true
    for (const [key, child] of Object.entries(node)) {
      for (const one of Array.isArray(child) ? child : [child]) {
        if (!isNode(one)) continue
        // Of a function only what is computed around it belongs to the statement.
        if (FUNCTIONS.has(node.type) || (node.type === "PropertyDefinition" && key === "value") || node.type === "StaticBlock") continue
        // The declaration of a loop is written without brackets.
        if ((key === "init" && node.type === "ForStatement") || (key === "left" && LOOPS.has(node.type))) this.#loop(one)
        else this.through(one, true, Array.isArray(child))
      }
    }
  }

  /** `let` and `const` of a loop are its own; `var` is everybody's. */
  #loop(node: AnyNode): void {
    if (node.type === "VariableDeclaration" && node["kind"] === "var") {
      const { declarations } = node as unknown as Acorn.VariableDeclaration // so says its type
      this.#names.push(...declarations.flatMap(({ id }) => namesOf(id)))
      this.#edits.push({ from: node.start, to: declarations[0]?.start ?? node.start, text: "" })
      for (const { init } of declarations) if (init) this.through(init as unknown as AnyNode, true)
    } else {
      this.through(node, true)
    }
  }

  /** `let a = 1, b` becomes `;(a = 1), (b = undefined);`. */
  #assign({ kind, start, end, declarations }: Acorn.VariableDeclaration, listed: boolean): void {
    if (kind === "using" || kind === "await using") return
    this.#names.push(...declarations.flatMap(({ id }) => namesOf(id)))
    this.#edits.push({ from: start, to: declarations[0]?.start ?? start, text: listed ? ";" : "" })
    for (const { id, init, start: from, end: to } of declarations) {
      this.#edits.push({ from, to: from, text: "(" })
      if (!init && kind !== "var") this.#edits.push({ from: id.end, to: id.end, text: " = undefined" })
      this.#edits.push({ from: to, to, text: ")" })
    }
    if (!this.#text.slice(start, end).endsWith(";")) this.#edits.push({ from: end, to: end, text: ";" })
  }

  #import({ start, end, source, specifiers, attributes }: Acorn.ImportDeclaration): void {
    this.awaits = true
    const kinds = attributes.map(({ key, value }) => `${JSON.stringify("name" in key ? key.name : key.value)}: ${JSON.stringify(value.value)}`)
    const module = `await import(${JSON.stringify(source.value)}${kinds.length === 0 ? "" : `, { with: { ${kinds.join(", ")} } }`})`
    const parts = specifiers.map((specifier) => {
      const { name } = specifier.local
      this.#names.push(name)
      if (specifier.type === "ImportNamespaceSpecifier") return { name, imported: undefined }
      const imported = specifier.type === "ImportDefaultSpecifier" ? "default" : "name" in specifier.imported ? specifier.imported.name : String(specifier.imported.value)
      return { name, imported: `${JSON.stringify(imported)}: ${name}` }
    })
    const whole = parts.find(({ imported }) => imported === undefined)?.name
    const some = parts.flatMap(({ imported }) => imported ?? [])
    const code = [
      ...(whole === undefined ? [] : [`${whole} = ${module};`]),
      ...(some.length === 0 ? [] : [`({ ${some.join(", ")} } = ${whole ?? module});`]),
      ...(parts.length === 0 ? [`${module};`] : []),
    ]
    this.#edits.push({ from: start, to: end, text: `;${code.join(" ")}` })
  }
}

const FUNCTIONS = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"])
const LOOPS = new Set(["ForInStatement", "ForOfStatement"])

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string" && "start" in value
}

/** The variables of a pattern, such as `{ a, b: [c] }`. */
function namesOf(pattern: Acorn.Pattern): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name]
    case "ObjectPattern":
      return pattern.properties.flatMap((property) => namesOf(property.type === "RestElement" ? property.argument : property.value))
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => (element === null ? [] : namesOf(element)))
    case "AssignmentPattern":
      return namesOf(pattern.left)
    case "RestElement":
      return namesOf(pattern.argument)
    case "MemberExpression":
      return []
  }
}
