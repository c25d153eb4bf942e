/** What a call gives: a coroutine, a future, a task, a promise of ours, or nothing of the kind. */
import { COROUTINES, FUTURES, PROMISES, TASKS } from "./names.ts"
import type { Node } from "./nodes.ts"
import { isOurs, originOf } from "./origin.ts"
import type { SourceCode, Type, TypeChecker } from "./rule.ts"

export type Outcome = "coroutine" | "future" | "group task" | "promise" | "task"

const byName: ReadonlyMap<string, Outcome> = new Map<string, Outcome>([
  ...Object.values(COROUTINES).flat().map((name): [string, Outcome] => [`${name}()`, "coroutine"]),
  ...FUTURES.map((name): [string, Outcome] => [`${name}()`, "future"]),
  ...TASKS.map((name): [string, Outcome] => [`${name}()`, "task"]),
  ...PROMISES.map((name): [string, Outcome] => [`${name}()`, "promise"]),
  ["TaskGroup#createTask()", "group task"],
])
const byClass: ReadonlyMap<string, Outcome> = new Map([["Coroutine", "coroutine"], ["Future", "future"], ["Job", "task"], ["Task", "task"]])
/** The file that declares each of them, as source or as declarations. */
const DECLARED = /\/(?:core\/(?:coroutine|future|task)|flow\/job)\.(?:d\.)?[cm]?ts$/

/** By the names in the file, and by types where the linter's parser knows them. */
export function outcomeOf(node: Node, source: SourceCode): Outcome | undefined {
  const origin = originOf(node, source)
  const named = origin !== undefined && isOurs(origin) ? byName.get(origin.name) : undefined
  if (named !== undefined) return named
  const { program, getTypeAtLocation } = source.parserServices ?? {}
  if (program === undefined || program === null || getTypeAtLocation === undefined) return undefined
  return outcomeOfType(getTypeAtLocation(node), program.getTypeChecker())
}

/** What calling a function gives. */
export function outcomeOfCalling(callee: Node, source: SourceCode): Outcome | undefined {
  const origin = originOf(callee, source)
  return origin !== undefined && isOurs(origin) ? byName.get(`${origin.name}()`) : undefined
}

function outcomeOfType(type: Type, checker: TypeChecker): Outcome | undefined {
  if (type.isUnion()) {
    for (const part of type.types ?? []) {
      const outcome = outcomeOfType(part, checker)
      if (outcome !== undefined) return outcome
    }
    return undefined
  }
  const { symbol } = type
  const outcome = symbol === undefined ? undefined : byClass.get(symbol.name)
  if (outcome !== undefined && symbol?.declarations?.some((declaration) => DECLARED.test(declaration.getSourceFile().fileName.replaceAll("\\", "/")))) return outcome
  const generic = type.target ?? type
  if (!generic.isClassOrInterface()) return undefined
  for (const base of checker.getBaseTypes(generic)) {
    const inherited = outcomeOfType(base, checker)
    if (inherited !== undefined) return inherited
  }
  return undefined
}
