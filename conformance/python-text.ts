import type { Op } from "./scenario.ts"

/** An operation as Python writes it: its name and its scalar arguments, joined by spaces. */
export function what(op: Op): string {
  let text: string = op[0]
  for (let i = 1; i < op.length; i++) {
    const argument: unknown = op[i]
    if (!Array.isArray(argument)) text += ` ${pythonText(argument)}`
  }
  return text
}

/** `str(value)` for the scalars of JSON. */
export function pythonText(value: unknown): string {
  if (value === null || value === undefined) return "None"
  if (value === true) return "True"
  if (value === false) return "False"
  return String(value)
}
