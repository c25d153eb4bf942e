import { variablesByName } from "../../core/context-var.ts"

/**
 * Sets the context variables of the job that runs to what they were where it was asked for.
 * They are found by their names: a variable of a module that the job does not load is not there.
 */
export function enterContext(values: readonly (readonly [name: string, value: unknown])[] | undefined): void {
  if (values === undefined) return
  for (const [name, value] of values) variablesByName?.get(name)?.set(value)
}
