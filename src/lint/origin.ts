/**
 * Where a value comes from, as far as one file tells: it follows imports, constants, fields of
 * the class, types that are written down, and the arguments of bodies.
 */
import { BODY_ARGUMENTS, RESULTS } from "./names.ts"
import { bare, isFunction, keyOf, type FunctionNode, type Identifier, type ImportDeclaration, type Node } from "./nodes.ts"
import type { Definition, Scope, SourceCode, Variable } from "./rule.ts"

/** Something of a module, or of the host's globals. */
export interface Origin {
  /** Without `node:`; `global` for what every program has. */
  readonly module: string
  /** `Lock#acquire()` is what calling the method of a lock gives; empty for the module itself. */
  readonly name: string
}

/** A chain of constants that goes on for longer is no program's. */
const DEEPEST = 20

export function isOurs({ module }: Origin): boolean {
  return module === "asyncio-ts" || module.startsWith("asyncio-ts/")
}

/** Where the value of an expression comes from; undefined if the file does not tell. */
export function originOf(node: Node, source: SourceCode, depth = 0): Origin | undefined {
  if (depth > DEEPEST) return undefined
  const of = (inner: Node): Origin | undefined => originOf(inner, source, depth + 1)
  const expression = bare(node)
  switch (expression.type) {
    case "Identifier":
      return ofName(expression, source, depth)
    case "CallExpression": {
      const required = requiredModule(expression.callee, expression.arguments[0], source)
      return required ?? after(of(expression.callee), "()")
    }
    case "NewExpression":
      return after(of(expression.callee), "#")
    case "AwaitExpression":
      if (expression.argument.type === "ImportExpression") return moduleOf(expression.argument.source)
      return after(of(expression.argument), " await")
    case "MemberExpression": {
      const key = keyOf(expression.property, expression.computed)
      if (key === undefined) return undefined
      if (expression.object.type === "ThisExpression") return ofField(key, expression, of)
      return member(of(expression.object), key)
    }
    case "TSQualifiedName":
      return member(of(expression.left), expression.right.name)
    default:
      return undefined
  }
}

/** Where a class stands in a name, its instance is what is meant: `Lock#`. */
function instanceOf(type: Node | undefined, source: SourceCode, depth: number): Origin | undefined {
  const inner = type?.type === "TSTypeAnnotation" ? type.typeAnnotation : type
  if (inner?.type !== "TSTypeReference") return undefined
  const origin = originOf(inner.typeName, source, depth + 1)
  return origin === undefined || origin.module === "global" ? undefined : after(origin, "#")
}

function after(origin: Origin | undefined, what: "()" | "#" | " await"): Origin | undefined {
  if (origin === undefined) return undefined
  const { module } = origin
  const name = origin.name + what
  const result = isOurs(origin) ? RESULTS[name] : undefined
  return { module, name: result === undefined ? name : `${result}#` }
}

function member(origin: Origin | undefined, key: string): Origin | undefined {
  if (origin === undefined) return undefined
  const { module, name } = origin
  if (module === "fs" && name === "" && key === "promises") return { module: "fs/promises", name: "" }
  if (name === "" || name.endsWith("#")) return { module, name: name + key }
  const joined = `${name}${/ await$/.test(name) ? " " : "."}${key}`
  const result = isOurs(origin) ? RESULTS[joined] : undefined
  return { module, name: result === undefined ? joined : `${result}#` }
}

function moduleOf(specifier: Node): Origin | undefined {
  if (specifier.type !== "Literal" || typeof specifier.value !== "string") return undefined
  return { module: specifier.value.replace(/^node:/, ""), name: "" }
}

function requiredModule(callee: Node, specifier: Node | undefined, source: SourceCode): Origin | undefined {
  if (callee.type !== "Identifier" || callee.name !== "require" || specifier === undefined) return undefined
  return variableOf(callee, source)?.defs.length ? undefined : moduleOf(specifier)
}

export function variableOf(name: Identifier, source: SourceCode): Variable | undefined {
  for (let scope: Scope | null = source.getScope(name); scope !== null; scope = scope.upper) {
    const found = scope.set.get(name.name)
    if (found !== undefined) return found
  }
  return undefined
}

function ofName(name: Identifier, source: SourceCode, depth: number): Origin | undefined {
  const variable = variableOf(name, source)
  const [definition, another] = variable?.defs ?? []
  if (variable === undefined || definition === undefined) return member({ module: "global", name: "" }, name.name)
  if (another !== undefined) return undefined
  if (definition.type === "ImportBinding") return ofImport(definition)
  if (definition.type === "Parameter") return ofParameter(definition, source, depth)
  if (definition.node.type !== "VariableDeclarator") return undefined
  const { id, init } = definition.node
  if (id.type === "Identifier" && id.typeAnnotation) {
    const typed = instanceOf(id.typeAnnotation, source, depth)
    if (typed !== undefined) return typed
  }
  // One that is written again may be anything by now.
  if (init === null || variable.references.some((reference) => reference.isWrite() && reference.init !== true)) return undefined
  return within(id, definition.name, originOf(init, source, depth + 1))
}

/** What a pattern takes for a name out of a value. */
function within(pattern: Node, name: Node, origin: Origin | undefined): Origin | undefined {
  if (origin === undefined || pattern === name) return origin
  if (pattern.type === "ArrayPattern") {
    const index = pattern.elements.indexOf(name)
    return index === -1 ? undefined : member(origin, String(index))
  }
  if (pattern.type !== "ObjectPattern") return undefined
  for (const property of pattern.properties) {
    if (property.type !== "Property") continue
    const key = keyOf(property.key, property.computed)
    const value = property.value.type === "AssignmentPattern" ? property.value.left : property.value
    if (value === name && key !== undefined) return member(origin, key)
  }
  return undefined
}

function ofImport({ node, parent }: Definition): Origin | undefined {
  const declaration = parent as ImportDeclaration // of an import, in every linter
  const module = moduleOf(declaration.source)
  if (module === undefined) return undefined
  if (node.type === "ImportSpecifier") {
    const { imported } = node
    return member(module, imported.type === "Identifier" ? imported.name : String(imported.value))
  }
  // The default of a module of Node's is the module.
  return node.type === "ImportNamespaceSpecifier" || !isOurs(module) ? module : undefined
}

function ofParameter(definition: Definition, source: SourceCode, depth: number): Origin | undefined {
  const { name, node } = definition
  if (name.type === "Identifier" && name.typeAnnotation) return instanceOf(name.typeAnnotation, source, depth)
  if (!isFunction(node) || node.parent?.type !== "CallExpression") return undefined
  const runner = originOf(node.parent.callee, source, depth + 1)
  const given = runner !== undefined && isOurs(runner) ? BODY_ARGUMENTS[runner.name]?.[node.params.indexOf(name)] : undefined
  return runner === undefined || given === undefined ? undefined : { module: runner.module, name: `${given}#` }
}

/** A field of the class that a piece of code stands in. */
function ofField(key: string, node: Node, of: (inner: Node) => Origin | undefined): Origin | undefined {
  for (let above = node.parent; above !== undefined && above !== null; above = above.parent) {
    if (above.type !== "ClassBody") continue
    for (const part of above.body) {
      if (part.type !== "PropertyDefinition" || keyOf(part.key, part.computed) !== key) continue
      const type = part.typeAnnotation?.typeAnnotation
      const typed = type?.type === "TSTypeReference" ? of(type.typeName) : undefined
      if (typed !== undefined && isOurs(typed)) return after(typed, "#")
      return part.value === null ? undefined : of(part.value)
    }
    return undefined
  }
  return undefined
}

/** The function that a piece of code stands in; undefined at the top of a module. */
export function functionAround(node: Node): FunctionNode | undefined {
  for (let above = node.parent; above !== undefined && above !== null; above = above.parent) {
    if (isFunction(above)) return above
    // A field's value and a static block run when the class is made.
    if (above.type === "PropertyDefinition") return undefined
  }
  return undefined
}
