/** An await in a coroutine that no cancellation can interrupt. */
import { CoroutineBodies } from "./coroutine-bodies.ts"
import { bare, isFunction, keyOf, type AwaitExpression, type CallExpression, type Identifier, type NewExpression, type Node } from "./nodes.ts"
import { originOf, variableOf, type Origin } from "./origin.ts"
import { ourName } from "./our-name.ts"
import { docsUrl, optionsOf, type Rule, type SourceCode, type Suggestion } from "./rule.ts"
import { importsUs } from "./walk.ts"

interface Options {
  /** Functions whose promises may be awaited all the same: `once`, `Promise.all`, `fs/promises.mkdir`. */
  readonly allow: readonly string[]
  /** Functions of other modules whose promises may not, as `module` or `module.name`: `axios`, `./db.ts.query`. */
  readonly also: readonly string[]
}
const defaults: Options = { allow: [], also: [] }

interface Foreign {
  readonly module: string
  readonly name: RegExp
  /** Which argument holds the options with a signal, where there is one. */
  readonly options?: number
  readonly instead: string
}

const WRAP = "await wrapFuture(…), which is interrupted at once"
const SIGNAL = "give it { signal: currentTask().signal }, so that the work ends too"
const FOREIGN: readonly Foreign[] = [
  { module: "global", name: /^fetch\(\)$/, options: 1, instead: `use fetch of asyncio-ts/http, or ${SIGNAL}` },
  { module: "undici", name: /^(?:fetch|request)\(\)$/, options: 1, instead: `use fetch of asyncio-ts/http, or ${SIGNAL}` },
  { module: "timers/promises", name: /^setTimeout\(\)$/, options: 2, instead: "await sleep(seconds)" },
  { module: "timers/promises", name: /^scheduler\.wait\(\)$/, options: 1, instead: "await sleep(seconds)" },
  { module: "timers/promises", name: /^(?:setImmediate\(\)|scheduler\.yield\(\))$/, options: 1, instead: "await sleep(0)" },
  { module: "events", name: /^once\(\)$/, options: 2, instead: `await fromEvent(…), or ${SIGNAL}` },
  { module: "stream/promises", name: /^(?:pipeline|finished)\(\)$/, options: -1, instead: SIGNAL },
  { module: "fs/promises", name: /^\w+\(\)$/, options: -1, instead: "use files, such as await files.readText(…)" },
  { module: "readline/promises", name: /^createInterface\(\)\.question\(\)$/, options: 1, instead: "await input(…)" },
  { module: "dns/promises", name: /^\w+\(\)$/, instead: `await getRunningLoop().getaddrinfo(…), or ${WRAP}` },
  { module: "util", name: /^promisify\(\)\(\)$/, options: -1, instead: "await fromCallback(…), whose callback gets a signal, or createSubprocessExec(…)" },
  { module: "global", name: /^Promise\.all\(\)$/, instead: "await gather(…), which cancels what it waits for" },
  { module: "global", name: /^Promise\.allSettled\(\)$/, instead: "await gather(…, { returnExceptions: true })" },
  { module: "global", name: /^Promise\.(?:race|any)\(\)$/, instead: "await wait(…, { returnWhen: FIRST_COMPLETED }) and cancel the rest, or staggeredRace(…)" },
  { module: "global", name: /^Promise#$/, instead: `make a Future and set its result, or ${WRAP}` },
]
/** Milliseconds for people, seconds for us. */
const MS = 1000

export const noForeignAwait: Rule = {
  meta: {
    type: "suggestion",
    docs: { description: "disallow awaits in coroutines that no cancellation can interrupt", url: docsUrl("no-foreign-await"), recommended: true },
    hasSuggestions: true,
    schema: [
      {
        type: "object",
        properties: {
          allow: { type: "array", items: { type: "string" }, uniqueItems: true },
          also: { type: "array", items: { type: "string" }, uniqueItems: true },
        },
        additionalProperties: false,
      },
    ],
    defaultOptions: [defaults],
    messages: {
      foreign: "No cancellation or timeout can interrupt the await of {{call}}: its work goes on for nobody. Instead: {{instead}}.",
      sleep: "This timer cannot be cancelled, and goes on when the task has ended. Instead: await sleep(seconds).",
      useSleep: "Write {{text}}.",
      useGather: "Write {{text}}(…).",
      useWrap: "Let the wait be interrupted: {{text}}(…).",
      useSignal: "Let the work end with the task: give it a signal.",
    },
  },
  create(context) {
    const source = context.sourceCode
    if (!importsUs(source)) return {}
    const { allow, also } = optionsOf(context, defaults)
    const bodies = new CoroutineBodies(source)
    const foreignAt = (node: Node): { readonly origin: Origin; readonly foreign: Foreign } | undefined => {
      const origin = originOf(node, source)
      if (origin === undefined || isAmong(origin, allow)) return undefined
      const foreign = FOREIGN.find(({ module, name }) => module === origin.module && name.test(origin.name))
      if (foreign !== undefined) return { origin, foreign }
      if (!/\(\)$/.test(origin.name) || !isAmong(origin, also)) return undefined
      return { origin, foreign: { module: origin.module, name: /$/, options: -1, instead: WRAP } }
    }
    return {
      AwaitExpression: (node: AwaitExpression) => {
        const value = bare(node.argument)
        const call = value.type === "CallExpression" || value.type === "NewExpression" ? value : undefined
        const found = call === undefined ? undefined : foreignAt(call)
        if (call === undefined || found === undefined || takesSignal(call, found.foreign, source) || bodies.around(node) === undefined) return
        const milliseconds = millisecondsOf(call, found.origin)
        const { name } = found.origin
        const called = name === "Promise#" ? "new Promise(…)" : `${name.replace(/\(\)$/, "")}(…)`
        const suggest = suggestionsFor(call, found.origin, milliseconds, source)
        if (call.type === "NewExpression" && milliseconds !== undefined) context.report({ node, messageId: "sleep", suggest })
        else context.report({ node, messageId: "foreign", data: { call: called, instead: found.foreign.instead }, suggest })
      },
    }
  },
}

function isAmong({ module, name }: Origin, list: readonly string[]): boolean {
  const plain = name.replace(/\(\)$/, "").replace(/#$/, "")
  return list.some((one) => one === plain || one === module || one === `${module}.${plain}` || one === `node:${module}` || one === `node:${module}.${plain}`)
}

/** Whether it has a signal, or options that the file does not show. */
function takesSignal(call: CallExpression | NewExpression, { options, module, name }: Foreign, source: SourceCode): boolean {
  if (options === undefined) return false
  const given = call.arguments
  const [first] = given
  // `fetch(new Request(url, { signal }))`
  if (module === "global" && name.test("fetch()") && first?.type === "NewExpression") return true
  const places = options === -1 ? given.slice(1) : [given[options]]
  return given.some(({ type }) => type === "SpreadElement") || places.some((place) => place !== undefined && mayHoldSignal(bare(place), options >= 0, source))
}

/** @param sure - whether it is certain that these are options */
function mayHoldSignal(options: Node, sure: boolean, source: SourceCode): boolean {
  if (options.type === "Identifier") {
    const value = constantOf(options, source)
    if (value?.type === "ObjectExpression") return mayHoldSignal(value, sure, source)
    return (sure && options.name !== "undefined") || /signal|opt|init|config/i.test(options.name)
  }
  if (options.type === "MemberExpression" || options.type === "CallExpression") return true
  if (options.type !== "ObjectExpression") return false
  return options.properties.some((property) => property.type === "SpreadElement" || (property.type === "Property" && keyOf(property.key, property.computed) === "signal"))
}

/** What a constant was given where it is declared. */
function constantOf(name: Identifier, source: SourceCode): Node | undefined {
  const variable = variableOf(name, source)
  const declared = variable?.defs[0]?.node
  if (variable?.defs.length !== 1 || declared?.type !== "VariableDeclarator" || declared.id.type !== "Identifier" || !declared.init) return undefined
  return variable.references.some((reference) => reference.isWrite() && reference.init !== true) ? undefined : bare(declared.init)
}

/** The milliseconds of `setTimeout(500)` of timers/promises and of `new Promise((resolve) => setTimeout(resolve, 500))`. */
function millisecondsOf(call: CallExpression | NewExpression, { module, name }: Origin): Node | undefined {
  const [first, second] = call.arguments
  if (module === "timers/promises") return /^(?:setTimeout|scheduler\.wait)\(\)$/.test(name) && (second === undefined || name.startsWith("scheduler")) ? first : undefined
  if (call.type !== "NewExpression" || first === undefined || !isFunction(first) || first.body === null) return undefined
  const [resolve] = first.params
  const [statement, another] = first.body.type === "BlockStatement" ? first.body.body : [first.body]
  if (statement === undefined || another !== undefined || resolve?.type !== "Identifier") return undefined
  const timer = bare(statement.type === "ExpressionStatement" ? statement.expression : statement)
  if (timer.type !== "CallExpression" || timer.callee.type !== "Identifier" || timer.callee.name !== "setTimeout" || timer.arguments.length > 2) return undefined
  const [callback, delay] = timer.arguments
  return callback?.type === "Identifier" && callback.name === resolve.name ? delay : undefined
}

function suggestionsFor(call: CallExpression | NewExpression, origin: Origin, milliseconds: Node | undefined, source: SourceCode): Suggestion[] {
  const suggestions: Suggestion[] = []
  const text = source.getText(call)
  if (milliseconds !== undefined) {
    const sleep = ourName("sleep", source)
    if (sleep === undefined) return []
    const wanted = `${sleep.text}(${secondsOf(milliseconds, source)})`
    return [{ messageId: "useSleep", data: { text: `await ${wanted}` }, fix: (fixer) => [...sleep.also(fixer), fixer.replaceTextRange(call.range, wanted)] }]
  }
  const { name } = origin
  const [first, second] = call.arguments
  if (name === "Promise.all()" && first !== undefined && second === undefined && call.type === "CallExpression") {
    const gather = ourName("gather", source)
    if (gather !== undefined) suggestions.push({ messageId: "useGather", data: { text: gather.text }, fix: (fixer) => [...gather.also(fixer), fixer.replaceTextRange(call.callee.range, gather.text)] })
    return suggestions
  }
  if (name.startsWith("Promise.")) return []
  const wrap = ourName("wrapFuture", source)
  if (wrap !== undefined) suggestions.push({ messageId: "useWrap", data: { text: `await ${wrap.text}` }, fix: (fixer) => [...wrap.also(fixer), fixer.replaceTextRange(call.range, `${wrap.text}(${text})`)] })
  const task = ourName("currentTask", source)
  if (name === "fetch()" && first !== undefined && task !== undefined) {
    const signal = `signal: ${task.text}()?.signal ?? null`
    if (second === undefined) suggestions.push({ messageId: "useSignal", fix: (fixer) => [...task.also(fixer), fixer.insertTextAfterRange(first.range, `, { ${signal} }`)] })
    else if (second.type === "ObjectExpression") {
      const [open] = second.range
      const rest = second.properties.length === 0 ? " " : ", "
      suggestions.push({ messageId: "useSignal", fix: (fixer) => [...task.also(fixer), fixer.insertTextAfterRange([open, open + 1], ` ${signal}${rest.trimEnd()}${second.properties.length === 0 ? " " : ""}`)] })
    }
  }
  return suggestions
}

function secondsOf(milliseconds: Node, source: SourceCode): string {
  if (milliseconds.type === "Literal" && typeof milliseconds.value === "number") return String(milliseconds.value / MS)
  const text = source.getText(milliseconds)
  return /^[\w.$]+$/.test(text) ? `${text} / ${MS}` : `(${text}) / ${MS}`
}
