/**
 * Which functions run in a task. A promise's function and a coroutine's look the same, so what
 * is said of one must not be said of the other: a test's set-up may well await a bare promise.
 */
import { isFunction, keyOf, type FunctionNode, type Node } from "./nodes.ts"
import { functionAround, isOurs, originOf, variableOf } from "./origin.ts"
import { outcomeOf } from "./outcome.ts"
import type { SourceCode } from "./rule.ts"
import { nodesIn } from "./walk.ts"

/** Methods that call what they are given before they return. */
const AT_ONCE = /^(?:map|forEach|filter|some|every|find|findIndex|findLast|flatMap|reduce|reduceRight|sort|toSorted|from)$/
/** What runs elsewhere, or with no task: its functions are no coroutines. */
const ELSEWHERE = /^(?:toThread|bind|EventLoop#(?:runInExecutor|callSoon|callLater|callAt|callSoonThreadsafe|addSignalHandler|setExceptionHandler)|\w+(?:Executor|View)#(?:submit|map))$/

export class CoroutineBodies {
  readonly #source: SourceCode
  readonly #known = new Map<FunctionNode, boolean>()
  /** Those that are being looked at, and whether one of them was asked for again meanwhile. */
  readonly #open = new Set<FunctionNode>()
  #wentRound = false

  constructor(source: SourceCode) {
    this.#source = source
  }

  /** The async function of a coroutine whose thread a piece of code runs in, if the file tells of one. */
  around(node: Node): FunctionNode | undefined {
    for (let inner = functionAround(node); inner !== undefined; inner = functionAround(inner)) {
      if (inner.async) return this.has(inner) ? inner : undefined
      if (!this.#runsAtOnce(inner)) return undefined
    }
    return undefined
  }

  /** Whether a function is the body of a coroutine, or is called by one. */
  has(body: FunctionNode): boolean {
    const known = this.#known.get(body)
    if (known !== undefined) return known
    if (this.#open.has(body)) {
      // Functions that call each other, and are called by nobody else, are none.
      this.#wentRound = true
      return false
    }
    if (this.#open.size === 0) this.#wentRound = false
    this.#open.add(body)
    const is = this.#isGivenToUs(body) || this.#awaitsOurs(body) || this.#isUsed(body)
    this.#open.delete(body)
    // What is not known yet of those above may still make it one.
    if (is || this.#open.size === 0 || !this.#wentRound) this.#known.set(body, is)
    return is
  }

  #awaitsOurs(body: FunctionNode): boolean {
    if (body.body === null) return false
    for (const node of nodesIn(body.body, this.#source)) {
      if (node.type !== "AwaitExpression") continue
      const outcome = outcomeOf(node.argument, this.#source)
      // Tasks and futures are awaited from outside as well, and promises of ours, such as that of run, only there.
      if (outcome === "coroutine" || outcome === "future") return true
    }
    return false
  }

  /** Whether it stands where a function of ours takes one: `run(async () => …)`, `gather([async () => …])`. */
  #isGivenToUs(node: Node): boolean {
    const { parent } = node
    if (parent?.type === "ArrayExpression" || parent?.type === "SpreadElement") return this.#isGivenToUs(parent)
    if (parent?.type !== "CallExpression") return false
    if (parent.callee === node) return false
    const origin = originOf(parent.callee, this.#source)
    if (origin !== undefined && isOurs(origin)) return !ELSEWHERE.test(origin.name)
    // A list that is made and handed over in one: `gather(ids.map((id) => async () => …))`.
    return this.#mapsInto(parent) && isFunction(node)
  }

  #mapsInto(call: Node): boolean {
    return call.type === "CallExpression" && call.callee.type === "MemberExpression" && keyOf(call.callee.property, call.callee.computed) === "map" && this.#isGivenToUs(call)
  }

  /** Whether a coroutine calls it, or it is handed to us by its name. */
  #isUsed(body: FunctionNode): boolean {
    const { parent } = body
    if (parent?.type === "MethodDefinition" || parent?.type === "PropertyDefinition") return this.#isCalledOnThis(parent)
    if (this.#runsAtOnce(body)) {
      const outer = functionAround(body)
      return outer?.async === true && this.has(outer)
    }
    if (parent?.type === "ArrowFunctionExpression" && parent.body === body) return this.#isGivenToUs(parent)
    const name = body.type === "FunctionDeclaration" ? body.id : parent?.type === "VariableDeclarator" ? parent.id : undefined
    if (name?.type !== "Identifier") return false
    const variable = variableOf(name, this.#source)
    return variable?.references.some(({ identifier }) => this.#isGivenToUs(identifier) || this.#isCalledByOne(identifier)) === true
  }

  #isCalledOnThis(method: Node): boolean {
    if ((method.type !== "MethodDefinition" && method.type !== "PropertyDefinition") || method.parent === undefined) return false
    const name = keyOf(method.key, method.computed)
    for (const node of nodesIn(method.parent, this.#source, "functions too")) {
      if (node.type !== "MemberExpression" || node.object.type !== "ThisExpression" || keyOf(node.property, node.computed) !== name) continue
      if (this.#isGivenToUs(node) || this.#isCalledByOne(node)) return true
    }
    return false
  }

  #isCalledByOne(callee: Node): boolean {
    const { parent } = callee
    if (parent?.type !== "CallExpression" || parent.callee !== callee) return false
    if (this.around(parent) !== undefined) return true
    // `run(() => main())`
    const around = functionAround(parent)
    return around !== undefined && !around.async && this.#isGivenToUs(around)
  }

  #runsAtOnce(inner: FunctionNode): boolean {
    const call = inner.parent
    if (call?.type !== "CallExpression") return false
    if (call.callee === inner) return true
    return call.callee.type === "MemberExpression" && AT_ONCE.test(keyOf(call.callee.property, call.callee.computed) ?? "")
  }
}
