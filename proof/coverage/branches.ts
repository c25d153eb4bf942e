// The ways that a source can go, and which of them nobody went.
import { stripTypeScriptTypes } from "node:module"
import { parse, type AnyNode, type Comment, type Node } from "acorn"
import type { Counts } from "./counts.ts"

/** A way that the code can go and that nobody went, such as the part of an `if` that is not written. */
export interface Gap {
  readonly line: number
  readonly column: number
  /** Such as `if is never false`. */
  readonly what: string
}

export interface Covered {
  readonly lines: { readonly all: number; readonly run: number }
  readonly ways: { readonly all: number; readonly taken: number }
  /** Operators such as `&&` that have both gone on to their right and not: more than branches, and told beside them. */
  readonly operators: { readonly all: number; readonly both: number }
  /** In the order of the source; of what is never reached only the way there. */
  readonly gaps: readonly Gap[]
}

/** The source without its types, each character in its place. */
export function withoutTypes(source: string): string {
  const script = stripTypeScriptTypes(source)
  if (script.length !== source.length) throw new Error("the source without its types has another length, so no offset holds")
  return script
}

interface Span {
  readonly start: number
  readonly end: number
}

/**
 * What of `script` was run, by the counts of its characters.
 *
 * V8 counts what an `if` does; that it was once not done follows from the count round it. What
 * it does not count, it cannot show: `?.`, `??=` and the like, and parameters left out.
 */
export function coveredIn(script: string, counts: Counts): Covered {
  const comments: Comment[] = []
  const program = parse(script, { ecmaVersion: "latest", sourceType: "module", onComment: comments })
  const lineStarts = startsOf(script)
  const missed: (Span & { readonly what: string })[] = []
  let all = 0
  const operators = { all: 0, both: 0 }
  const passed = (at: number): number => counts[at] ?? 0
  const enters = (node: Node, what: string, at: number = node.start): void => {
    all += 1
    if (passed(at) === 0) missed.push({ what, start: node.start, end: node.end })
  }
  const passesBy = (from: Node, to: Node): boolean => passed(from.start) > passed(to.start)
  walk(program, (node) => {
    switch (node.type) {
      case "IfStatement":
        enters(node.consequent, "if is never true")
        if (node.alternate) enters(node.alternate, "if is never false")
        else {
          all += 1
          if (!passesBy(node, node.consequent)) missed.push({ what: "if is never false", start: node.start, end: node.start })
        }
        break
      case "ConditionalExpression":
        enters(node.consequent, "? is never taken")
        enters(node.alternate, ": is never taken")
        break
      case "LogicalExpression": {
        const { left, right, operator } = node
        const before = left.type === "LogicalExpression" && left.operator === operator ? left.right : left
        enters(right, `${operator} never goes on`)
        operators.all += 1
        if (passed(right.start) > 0 && passesBy(before, right)) operators.both += 1
        break
      }
      case "SwitchCase": {
        const [first] = node.consequent
        if (first !== undefined) enters(first, node.test ? "case is never taken" : "default is never taken")
        break
      }
      case "ForStatement":
      case "ForInStatement":
      case "ForOfStatement":
      case "WhileStatement":
        enters(node.body, "loop never goes round")
        break
      case "CatchClause":
        enters(node.body, "nothing is ever caught")
        break
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        enters(node, "function is never called", node.body.start)
        break
    }
  })
  const ways = { all, taken: all - missed.length }
  const lines = linesOf(script, comments, lineStarts)
  const notRun = lines.filter((at) => passed(at) === 0)
  const gaps = [...missed, ...notRun.map((start) => ({ what: "line is never run", start, end: start }))]
    .filter((gap, _, all) => !all.some((other) => isWithin(gap, other)))
    .sort((a, b) => a.start - b.start)
    .map(({ what, start }) => ({ ...placeOf(lineStarts, start), what }))
  return { lines: { all: lines.length, run: lines.length - notRun.length }, ways, operators, gaps }
}

function isWithin(one: Span, other: Span): boolean {
  return other.start <= one.start && one.end <= other.end && other.end - other.start > one.end - one.start
}

/** Where each line of code begins, by offset: neither empty nor a comment. */
function linesOf(script: string, comments: readonly Comment[], lineStarts: readonly number[]): number[] {
  let code = script
  for (const { start, end } of comments) code = code.slice(0, start) + " ".repeat(end - start) + code.slice(end)
  return lineStarts.flatMap((start, index) => {
    const line = code.slice(start, lineStarts[index + 1])
    const indent = line.search(/\S/)
    return indent < 0 ? [] : [start + indent]
  })
}

function startsOf(script: string): number[] {
  const starts = [0]
  for (let at = script.indexOf("\n"); at >= 0; at = script.indexOf("\n", at + 1)) starts.push(at + 1)
  return starts
}

function placeOf(lineStarts: readonly number[], at: number): { line: number; column: number } {
  let line = lineStarts.findIndex((start) => start > at)
  if (line < 0) line = lineStarts.length
  return { line, column: at - (lineStarts[line - 1] ?? 0) + 1 }
}

function walk(node: AnyNode, visit: (node: AnyNode) => void): void {
  visit(node)
  for (const value of Object.values(node) as unknown[]) {
    for (const inner of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (isNode(inner)) walk(inner, visit)
    }
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && "type" in value && "start" in value
}
