/** A call whose coroutine, future or promise nobody takes. */
import { bare, isFunction, keyOf, type CallExpression, type FunctionNode, type Node } from "./nodes.ts"
import { functionAround } from "./origin.ts"
import { ourName } from "./our-name.ts"
import { outcomeOf, outcomeOfCalling, type Outcome } from "./outcome.ts"
import { docsUrl, optionsOf, type Rule, type RuleContext, type Suggestion } from "./rule.ts"

interface Options {
  /** Whether a task that nobody keeps is reported as well. */
  readonly tasks: boolean
  /** Whether `void` before a coroutine says that it is meant. */
  readonly ignoreVoid: boolean
}
const defaults: Options = { tasks: false, ignoreVoid: false }
/** What looks at the outcome of a promise, and so handles its error. */
const HANDLES = /^(?:catch|then)$/
const CHAINS = /^(?:catch|then|finally)$/

export const noForgottenAwait: Rule = {
  meta: {
    type: "problem",
    docs: { description: "disallow dropping the coroutine, future or promise that a call gives", url: docsUrl("no-forgotten-await"), recommended: true },
    hasSuggestions: true,
    schema: [{ type: "object", properties: { tasks: { type: "boolean" }, ignoreVoid: { type: "boolean" } }, additionalProperties: false }],
    defaultOptions: [defaults],
    messages: {
      coroutine: "{{call}} gives a coroutine, and a coroutine that nobody awaits never runs: await it, or give it to createTask(…).",
      future: "The future that {{call}} gives is dropped: nobody waits for it or hears of its failure. Await it, or keep it and await it later.",
      promise: "The promise that {{call}} gives is dropped: nobody waits for it or hears of its failure. Await it.",
      task: "The task that {{call}} gives is dropped: it is cancelled when run(…) ends, done or not. Keep it and await it, or make it in a TaskGroup.",
      callback: "{{call}} gives a coroutine, and {{method}} drops it, so that it never runs: await gather(….map(…)), or use for … of with await.",
      array: "await takes one promise, not an array: none of these coroutines runs. Await gather(….map(…)).",
      addAwait: "Await it.",
      addTask: "Run it beside this code: give it to {{name}}.",
      addRun: "Run it on a loop: await {{name}}(…).",
      addGather: "Await all of them: {{name}}(…).",
    },
  },
  create(context) {
    const { tasks, ignoreVoid } = optionsOf(context, defaults)
    const source = context.sourceCode

    function check(value: Node): void {
      const node = bare(value)
      if (node.type === "LogicalExpression") check(node.right)
      else if (node.type === "ConditionalExpression") [node.consequent, node.alternate].forEach(check)
      else if (node.type === "SequenceExpression") node.expressions.forEach(check)
      else if (node.type === "UnaryExpression" && node.operator === "void") {
        // It says that nobody waits; what does not run needs somebody.
        if (!ignoreVoid && outcomeOf(node.argument, source) === "coroutine") report(node.argument, "coroutine", node)
      } else checkDropped(node)
    }

    function checkDropped(node: Node): void {
      const outcome = outcomeOf(node, source)
      if (outcome !== undefined) {
        if (node.type !== "AwaitExpression" && outcome !== "group task" && (tasks || outcome !== "task")) report(node, outcome, node)
        return
      }
      if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return
      const method = keyOf(node.callee.property, node.callee.computed) ?? ""
      if (CHAINS.test(method)) checkChain(node, method, node.callee.object)
      else if (method === "map") checkList(node)
    }

    /** The chain starts a coroutine, so what is dropped is a promise; one that handles the error is meant. */
    function checkChain(whole: CallExpression, method: string, value: Node): void {
      const outcome = outcomeOf(value, source)
      if (outcome !== "coroutine" && outcome !== "future" && outcome !== "promise") return
      if (!(HANDLES.test(method) && handles(whole, method))) report(whole, "promise", whole)
    }

    /** A list of coroutines, made and dropped. */
    function checkList(call: CallExpression): void {
      const made = coroutineOf(call.arguments[0], context)
      if (made !== undefined) context.report({ node: made, messageId: "callback", data: { call: textOf(made, context), method: "map" } })
    }

    function report(node: Node, outcome: Exclude<Outcome, "group task">, whole: Node): void {
      context.report({ node, messageId: outcome, data: { call: textOf(node, context) }, suggest: suggestionsFor(node, outcome, whole, context) })
    }

    return {
      ExpressionStatement: ({ expression }: { expression: Node }) => check(expression),
      CallExpression: (call: CallExpression) => {
        if (call.callee.type !== "MemberExpression" || keyOf(call.callee.property, call.callee.computed) !== "forEach") return
        const made = coroutineOf(call.arguments[0], context)
        if (made !== undefined) context.report({ node: made, messageId: "callback", data: { call: textOf(made, context), method: "forEach" } })
      },
      AwaitExpression: ({ argument }: { argument: Node }) => {
        const list = bare(argument)
        if (!holdsCoroutines(list, context)) return
        const gather = ourName("gather", source)
        const fix: Suggestion[] = gather === undefined ? [] : [{ messageId: "addGather", data: { name: gather.text }, fix: (fixer) => [...gather.also(fixer), fixer.insertTextBeforeRange(list.range, `${gather.text}(`), fixer.insertTextAfterRange(list.range, ")")] }]
        context.report({ node: argument, messageId: "array", suggest: fix })
      },
    }
  },
}

/** Whether it is a list of coroutines: `[brew(1), brew(2)]`, or `ids.map((id) => brew(id))`. */
function holdsCoroutines(list: Node, context: RuleContext): boolean {
  if (list.type === "ArrayExpression") return list.elements.some((element) => element !== null && outcomeOf(element, context.sourceCode) === "coroutine")
  return list.type === "CallExpression" && isMap(list) && coroutineOf(list.arguments[0], context) !== undefined
}

function isMap({ callee }: CallExpression): boolean {
  return callee.type === "MemberExpression" && keyOf(callee.property, callee.computed) === "map"
}

/** What gives coroutines in a callback: the call in `(id) => fetchUser(id)`, or a name such as `fetchUser`. */
function coroutineOf(callback: Node | undefined, { sourceCode }: RuleContext): Node | undefined {
  if (callback === undefined) return undefined
  if (!isFunction(callback)) return outcomeOfCalling(callback, sourceCode) === "coroutine" ? callback : undefined
  if (callback.async || callback.body === null || callback.body.type === "BlockStatement") return undefined
  return outcomeOf(callback.body, sourceCode) === "coroutine" ? callback.body : undefined
}

/** Whether a chain has somebody for the error. */
function handles(call: CallExpression, method: string): boolean {
  return call.arguments.length > (method === "catch" ? 0 : 1)
}

function textOf(node: Node, { sourceCode }: RuleContext): string {
  const call = bare(node)
  if (call.type !== "CallExpression") return sourceCode.getText(call)
  const callee = sourceCode.getText(call.callee).replace(/\s+/g, " ")
  return `${callee.length > 40 ? `…${callee.slice(-40)}` : callee}(${call.arguments.length === 0 ? "" : "…"})`
}

function suggestionsFor(node: Node, outcome: Outcome, whole: Node, { sourceCode }: RuleContext): Suggestion[] {
  const around = functionAround(node)
  const text = sourceCode.getText(node)
  const suggestions: Suggestion[] = []
  if (mayAwait(around, outcome)) suggestions.push({ messageId: "addAwait", fix: (fixer) => [fixer.replaceTextRange(whole.range, `await ${text}`)] })
  if (outcome !== "coroutine") return suggestions
  const name = ourName(around === undefined ? "run" : "createTask", sourceCode)
  if (name === undefined || node.type !== "CallExpression") return suggestions
  const replaced = around === undefined ? `await ${name.text}(${text})` : `${name.text}(${text})`
  suggestions.push({
    messageId: around === undefined ? "addRun" : "addTask",
    data: { name: name.text },
    fix: (fixer) => [...name.also(fixer), fixer.replaceTextRange(whole.range, replaced)],
  })
  return suggestions
}

/** At the top of a module there is no loop, on which alone coroutines and futures run. */
function mayAwait(around: FunctionNode | undefined, outcome: Outcome): boolean {
  return around === undefined ? outcome === "promise" : around.async
}
