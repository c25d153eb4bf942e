/**
 * What a function uses that is not its own: the variables around it, and the `this` and
 * `arguments` of the code around it.
 */
import type { Node, Options } from "acorn"
import type { FunctionSource } from "./function-source.ts"
import type { ScopeTools } from "./scope-tools.ts"

/** A variable, or `this`, `super` or `arguments`, that the function has from around it. */
export interface FreeName {
  readonly name: string
  /** Of its first use, counted from the function's own first line. */
  readonly line: number
  /** The expression of its first use. */
  readonly code: string
  /** Whether it is nothing but called, so it most likely is a function or class. */
  readonly called: boolean
  readonly written: boolean
  /** Whether some use is `typeof name`. */
  readonly asked: boolean
  /** The properties that are read of it, if nothing else is done with it. */
  readonly members: readonly string[] | undefined
}

/** How the function is written, as far as messages repeat it. */
export interface Signature {
  /** The name of one that is a pattern is undefined, and so are all where nobody has parsed it. */
  readonly parameters: readonly { readonly name: string | undefined; readonly rest: boolean }[] | undefined
  readonly async: boolean
  readonly generator: boolean
  /** Whether its source gives it a name of its own, by which it can call itself. */
  readonly named: boolean
}

export interface Reading {
  readonly free: readonly FreeName[]
  readonly signature: Signature
}

const OPTIONS: Options = {
  ecmaVersion: "latest",
  sourceType: "script",
  ranges: true,
  locations: true,
  allowSuperOutsideMethod: true,
  checkPrivateFields: false,
}
/** What eslint-scope takes for all that acorn knows. */
const SCOPE_VERSION = 2024
const SHOWN = 40

/** Nodes as they are walked: fields are looked at before they are used. */
type AnyNode = Node & Readonly<Record<string, unknown>>

/** Reads the function; undefined where acorn does not know some of its syntax. */
export function readFreeNames({ text, isMethod }: FunctionSource, { acorn, eslintScope }: ScopeTools): Reading | undefined {
  // Inside a function, whose `arguments` and `this` stand for those around it.
  const [before, after] = isMethod ? ["(function(){return({", "\n})})"] : ["(function(){return(", "\n)})"]
  let program: ReturnType<ScopeTools["acorn"]["parse"]>
  let scopes: ReturnType<ScopeTools["eslintScope"]["analyze"]>
  try {
    program = acorn.parse(before + text + after, OPTIONS)
    // Both packages mean the tree of the ESTree specification, each by a declaration of its own.
    const tree = program as unknown as Parameters<ScopeTools["eslintScope"]["analyze"]>[0]
    scopes = eslintScope.analyze(tree, { ecmaVersion: SCOPE_VERSION, sourceType: "script", ignoreEval: true, fallback: "iteration" })
  } catch {
    return undefined
  }
  // Each use from outside, and whether it writes.
  const outside = new Map<unknown, boolean>()
  for (const reference of scopes.globalScope?.through ?? []) outside.set(reference.identifier, reference.isWrite())
  // The parser's own form of what stands before and after.
  const around = (program.body[0] as unknown as { expression: AnyNode }).expression
  const aroundScope = scopes.acquire(around as unknown as Parameters<typeof scopes.acquire>[0])
  for (const reference of aroundScope?.set.get("arguments")?.references ?? []) outside.set(reference.identifier, reference.isWrite())
  const returned = (around as unknown as { body: { body: [{ argument: AnyNode }] } }).body.body[0].argument
  const root = isMethod ? (returned as unknown as { properties: [{ value: AnyNode }] }).properties[0].value : returned

  const uses = new Map<string, Use[]>()
  walk(root, [around], (node, parents) => {
    const isSelf = node.type === "ThisExpression" || node.type === "Super"
    if (isSelf ? ownerOfThis(node, parents) !== (isMethod ? root : around) : !outside.has(node)) return
    const name = node.type === "ThisExpression" ? "this" : node.type === "Super" ? "super" : String(node["name"])
    const use = useOf(node, outside.get(node) === true, parents, root, before + text)
    const known = uses.get(name)
    if (known === undefined) uses.set(name, [use])
    else known.push(use)
  })
  return { free: [...uses].map(([name, all]) => freeName(name, all)), signature: signatureOf(root, isMethod) }
}

interface Use {
  readonly line: number
  readonly code: string
  readonly called: boolean
  readonly written: boolean
  readonly asked: boolean
  readonly member: string | undefined
}

function freeName(name: string, uses: readonly Use[]): FreeName {
  const members = uses.flatMap(({ member }) => member ?? [])
  return {
    name,
    line: uses[0]?.line ?? 1,
    code: uses[0]?.code ?? name,
    called: uses.every(({ called }) => called),
    written: uses.some(({ written }) => written),
    asked: uses.some(({ asked }) => asked),
    members: members.length === uses.length ? [...new Set(members)] : undefined,
  }
}

function useOf(node: AnyNode, written: boolean, parents: readonly AnyNode[], root: AnyNode, source: string): Use {
  const parent = parents.at(-1)
  const called = (parent?.type === "CallExpression" || parent?.type === "NewExpression") && parent["callee"] === node
  const isMember = parent?.type === "MemberExpression" && parent["object"] === node && parent["computed"] !== true
  return {
    line: node.loc?.start.line ?? 1,
    code: codeAround(node, parents, root, source),
    called,
    written,
    asked: parent?.type === "UnaryExpression" && parent["operator"] === "typeof",
    member: isMember ? String((parent["property"] as AnyNode)["name"]) : undefined, // not computed, so it is a name
  }
}

/** The largest expression round `node` that a message has room for. */
function codeAround(node: AnyNode, parents: readonly AnyNode[], root: AnyNode, source: string): string {
  let shown = node
  for (let index = parents.length - 1; index >= 0; index -= 1) {
    const parent = parents[index]
    if (parent === undefined || parent === root || !/Expression$|^TemplateLiteral$/.test(parent.type)) break
    if (parent.end - parent.start > SHOWN) break
    shown = parent
  }
  return source.slice(shown.start, shown.end).replaceAll(/\s+/g, " ")
}

/** The function, or the value of a class's field, whose `this` it is. */
function ownerOfThis(node: AnyNode, parents: readonly AnyNode[]): AnyNode | undefined {
  for (let index = parents.length - 1, child = node; index >= 0; index -= 1) {
    const parent = parents[index]
    if (parent === undefined) return undefined
    if (parent.type === "FunctionExpression" || parent.type === "FunctionDeclaration" || parent.type === "StaticBlock") return parent
    if (parent.type === "PropertyDefinition" && parent["value"] === child) return parent
    child = parent
  }
  return undefined
}

function walk(node: AnyNode, parents: AnyNode[], visit: (node: AnyNode, parents: readonly AnyNode[]) => void): void {
  visit(node, parents)
  parents.push(node)
  for (const key in node) {
    const value = node[key]
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) walk(item, parents, visit)
    } else if (isNode(value)) walk(value, parents, visit)
  }
  parents.pop()
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string"
}

function signatureOf(root: AnyNode, isMethod: boolean): Signature {
  const parameters = (root["params"] as AnyNode[]).map((parameter) => { // every function has them
    const rest = parameter.type === "RestElement"
    // Of a rest parameter and of one with a default, what is named.
    const inner = (rest ? parameter["argument"] : parameter.type === "AssignmentPattern" ? parameter["left"] : parameter) as AnyNode
    return { name: inner.type === "Identifier" ? String(inner["name"]) : undefined, rest }
  })
  return {
    parameters,
    async: root["async"] === true,
    generator: root["generator"] === true,
    named: isMethod || isNode(root["id"]),
  }
}
