/** A `catch` that takes a cancellation like any error, after which the task goes on. */
import { CoroutineBodies } from "./coroutine-bodies.ts"
import { bare, isFunction, keyOf, type BlockStatement, type CallExpression, type CatchClause, type FunctionNode, type Node, type TryStatement } from "./nodes.ts"
import { functionAround, originOf, variableOf } from "./origin.ts"
import { ourName } from "./our-name.ts"
import { outcomeOf } from "./outcome.ts"
import { docsUrl, optionsOf, type Rule, type SourceCode, type Suggestion } from "./rule.ts"
import { importsUs, nodesIn } from "./walk.ts"

interface Options {
  /** Whether a handler of `.catch` that looks at the error, and never throws, is reported too. */
  readonly handlers: boolean
}
const defaults: Options = { handlers: false }
/** What tells a cancellation from an error, or takes it back. */
const TELLS = /^(?:CancelledError|cancelling|uncancel|cancelled)$/
/** Names that tell of one by a text. */
const TELLS_BY_NAME = /^(?:CancelledError|AbortError)$/

export const noSwallowedCancellation: Rule = {
  meta: {
    type: "problem",
    docs: { description: "disallow catching a CancelledError without passing it on", url: docsUrl("no-swallowed-cancellation"), recommended: true },
    hasSuggestions: true,
    schema: [{ type: "object", properties: { handlers: { type: "boolean" } }, additionalProperties: false }],
    defaultOptions: [defaults],
    messages: {
      swallowed: "This catch takes a CancelledError like any error, so the task cannot be cancelled here: throw it on, as in `if (error instanceof CancelledError) throw error`.",
      handler: "This handler takes a CancelledError like any error, so the task cannot be cancelled here: use try and catch, and throw the CancelledError on.",
      passOn: "Throw a CancelledError on.",
    },
  },
  create(context) {
    const source = context.sourceCode
    if (!importsUs(source)) return {}
    const { handlers } = optionsOf(context, defaults)
    const bodies = new CoroutineBodies(source)
    return {
      TryStatement: (statement: TryStatement) => {
        const { block, handler } = statement
        if (handler === null || functionAround(statement)?.async !== true || bodies.around(statement) === undefined) return
        if (!awaits(block, source) || passesOn(handler.body, source) || followedByThrow(statement)) return
        if (afterCancel(statement, source) || keptAndThrown(handler, source)) return
        context.report({ node: handler, messageId: "swallowed", suggest: suggestionsFor(handler, source) })
      },
      CallExpression: (call: CallExpression) => {
        if (call.callee.type !== "MemberExpression" || bodies.around(call) === undefined) return
        const method = keyOf(call.callee.property, call.callee.computed)
        const given = method === "catch" ? call.arguments[0] : method === "then" ? call.arguments[1] : undefined
        if (given === undefined || !isFunction(given) || !cancellable(call.callee.object, source)) return
        if (given.body === null || passesOn(given.body, source) || (!handlers && looksAt(given, source))) return
        context.report({ node: given, messageId: "handler" })
      },
    }
  },
}

/** A coroutine or future that is awaited here: what comes of it may be the cancellation of this task. */
function cancellable(value: Node, source: SourceCode): boolean {
  const outcome = outcomeOf(value, source)
  return outcome === "coroutine" || outcome === "future"
}

/** Whether a block waits for something, itself or in a loop over something asynchronous. */
function awaits(block: Node, source: SourceCode): boolean {
  for (const node of nodesIn(block, source)) {
    // A module that is loaded hears of no cancellation.
    if (node.type === "AwaitExpression" && node.argument.type !== "ImportExpression") return true
    if (node.type === "ForOfStatement" && node.await) return true
  }
  return false
}

/** Whether it may throw the error on, or looks whether it is a cancellation. */
function passesOn(body: Node, source: SourceCode): boolean {
  for (const node of nodesIn(body, source)) {
    if (node.type === "ThrowStatement") return true
    if (node.type === "Identifier" && TELLS.test(node.name)) return true
    if (node.type === "Literal" && typeof node.value === "string" && TELLS_BY_NAME.test(node.value)) return true
    if (node.type === "CallExpression" && leaves(node, source)) return true
  }
  return false
}

/** `process.exit()`, `Promise.reject(error)` and an assertion end it as well as a throw does. */
function leaves(call: CallExpression, source: SourceCode): boolean {
  const origin = originOf(call, source)
  if (origin?.module === "assert" || origin?.module === "assert/strict") return true
  return origin?.module === "global" && /^(?:process\.(?:exit|abort)|Promise\.reject)\(\)$/.test(origin.name)
}

/** `try { … } catch { … } throw …`: whatever it was, the function ends with an error. */
function followedByThrow(statement: TryStatement): boolean {
  const { parent } = statement
  if (parent?.type !== "BlockStatement") return false
  return parent.body[parent.body.indexOf(statement) + 1]?.type === "ThrowStatement"
}

/** `catch (error) { failure = error } … throw failure`: the error is thrown on once all is put right. */
function keptAndThrown({ param, body }: CatchClause, source: SourceCode): boolean {
  if (param?.type !== "Identifier") return false
  const around = functionAround(body)
  const thrown = new Set<string>()
  for (const node of around?.body ? nodesIn(around.body, source) : []) if (node.type === "ThrowStatement" && node.argument.type === "Identifier") thrown.add(node.argument.name)
  for (const node of nodesIn(body, source)) {
    if (node.type !== "AssignmentExpression" || node.left.type !== "Identifier" || node.right.type !== "Identifier") continue
    if (node.right.name === param.name && thrown.has(node.left.name)) return true
  }
  return false
}

/**
 * `task.cancel()` and then `try { await task } catch {}`: the cancellation that comes out is the
 * one that was asked for.
 */
function afterCancel({ block }: TryStatement, source: SourceCode): boolean {
  const [only, another] = block.body
  if (only?.type !== "ExpressionStatement" || another !== undefined || only.expression.type !== "AwaitExpression") return false
  const argument = bare(only.expression.argument)
  if (argument.type === "MemberExpression") return fieldIsCancelled(argument, block, source)
  if (argument.type !== "Identifier") return false
  return variableOf(argument, source)?.references.some(({ identifier }) => isCancelOf(identifier, block)) === true
}

/** `this.#task?.cancel()` and then `try { await this.#task } catch {}`. */
function fieldIsCancelled(field: Node, block: BlockStatement, source: SourceCode): boolean {
  const around = functionAround(block)
  const text = plainText(field, source)
  for (const node of around?.body ? nodesIn(around.body, source) : []) if (node.type === "MemberExpression" && plainText(node, source) === text && isCancelOf(node, block)) return true
  return false
}

/** Also where it may be missing: `this.#task?.` and `this.#task!.` are the same field. */
function plainText(node: Node, source: SourceCode): string {
  return source.getText(node).replace(/[?!](?=\.)|\s+/g, "")
}

function isCancelOf({ parent, range }: Node, block: BlockStatement): boolean {
  if (parent?.type === "TSNonNullExpression") return isCancelOf(parent, block)
  return parent?.type === "MemberExpression" && keyOf(parent.property, parent.computed) === "cancel" && parent.parent?.type === "CallExpression" && range[1] <= block.range[0]
}

function looksAt(handler: FunctionNode, source: SourceCode): boolean {
  const [parameter] = handler.params
  if (parameter === undefined || handler.body === null) return false
  if (parameter.type !== "Identifier") return true
  for (const node of nodesIn(handler.body, source, "functions too")) if (node.type === "Identifier" && node.name === parameter.name) return true
  return false
}

function suggestionsFor({ param, body, range }: CatchClause, source: SourceCode): Suggestion[] {
  const error = param === null ? freeName(body, source) : param.type === "Identifier" ? param.name : undefined
  const ours = ourName("CancelledError", source)
  if (error === undefined || ours === undefined) return []
  const check = `if (${error} instanceof ${ours.text}) throw ${error}`
  const [open] = body.range
  const first = body.body[0]
  const indent = first === undefined ? " " : between(open + 1, first.range[0], source)
  const semicolon = source.text.slice(0, open).trimEnd().includes(";\n") ? ";" : ""
  return [
    {
      messageId: "passOn",
      fix: (fixer) => [
        ...ours.also(fixer),
        ...(param === null ? [fixer.replaceTextRange([range[0] + "catch".length, open], ` (${error}) `)] : []),
        fixer.insertTextAfterRange([open, open + 1], `${indent}${check}${first !== undefined && !indent.includes("\n") ? ";" : semicolon}${first === undefined ? " " : ""}`),
      ],
    },
  ]
}

/** One that means nothing else in a block. */
function freeName(body: BlockStatement, source: SourceCode): string | undefined {
  const used = new Set<string>()
  for (const node of nodesIn(body, source, "functions too")) if (node.type === "Identifier") used.add(node.name)
  return ["error", "caught", "reason"].find((name) => !used.has(name))
}

/** The white space before the first statement, without comments. */
function between(from: number, to: number, source: SourceCode): string {
  const text = source.text.slice(from, to)
  const line = /\n[ \t]*$/.exec(text)
  return line === null ? " " : line[0]
}
