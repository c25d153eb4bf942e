import { CancelledError } from "../errors/cancelled-error.ts"

const LONGEST = 200

/** The first line of what an error says; a text and not the error, which may hold much alive. */
export function textOf(reason: unknown): string {
  let text: string
  try {
    const message = reason instanceof Error ? reason.message : String(reason)
    const named = reason instanceof Error && !(reason instanceof CancelledError)
    text = !named ? message : message === "" ? reason.name : `${reason.name}: ${message}`
  } catch {
    return "an error that cannot be shown"
  }
  return text.split("\n", 1)[0]?.slice(0, LONGEST) ?? ""
}
