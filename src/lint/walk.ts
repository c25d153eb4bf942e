/** Looks through a piece of a program. */
import { isFunction, type Node } from "./nodes.ts"
import type { SourceCode } from "./rule.ts"

/** All nodes in one, itself included, from the top; not those of functions in it, unless asked. */
export function* nodesIn(node: Node, source: SourceCode, into: "functions too" | "this function" = "this function"): Generator<Node> {
  yield node
  for (const key of source.visitorKeys[node.type] ?? []) {
    // Every child that a linter knows of is a node, a list of nodes, or missing.
    const children = (node as unknown as Record<string, Node | null | undefined | (Node | null)[]>)[key]
    for (const child of Array.isArray(children) ? children : [children]) {
      if (child === null || child === undefined) continue
      if (into === "functions too" || !isFunction(child)) yield* nodesIn(child, source, into)
    }
  }
}

/** Whether the file imports this package, or an entry of it, for more than its types. */
export function importsUs(source: SourceCode): boolean {
  if (source.ast.type !== "Program") return false
  return source.text.includes("asyncio-ts") && source.ast.body.some(
    (statement) =>
      (statement.type === "ImportDeclaration" && statement.importKind !== "type" && isUs(statement.source)) ||
      (statement.type === "VariableDeclaration" && requiresUs(statement, source)),
  )
}

function requiresUs(statement: Node, source: SourceCode): boolean {
  for (const node of nodesIn(statement, source)) {
    if (node.type === "CallExpression" && node.callee.type === "Identifier" && node.callee.name === "require" && isUs(node.arguments[0])) return true
    if (node.type === "ImportExpression" && isUs(node.source)) return true
  }
  return false
}

function isUs(specifier: Node | undefined): boolean {
  return specifier?.type === "Literal" && /^asyncio-ts(?:\/|$)/.test(String(specifier.value))
}
