/** Whether a message is one of a check's: a program that meddles with its own worker can deceive nobody but its learner. */
import type { FromCheck } from "./check-messages.ts"
import { isObject, isSeen } from "./is-from-worker.ts"

export function isFromCheck(message: unknown): message is FromCheck {
  if (!isObject(message)) return false
  const { kind, result, printed, seen } = message
  if (kind === "alive") return true
  if (kind !== "checked" || !isObject(result) || !Array.isArray(printed)) return false
  const { passed, partly, sentence, details } = result
  const judged = typeof passed === "boolean" && (partly === undefined || (partly === true && !passed)) && typeof sentence === "string" && Array.isArray(details) && details.every((line) => typeof line === "string")
  return judged && printed.every(isPrinted) && (seen === undefined || isSeen(seen))
}

function isPrinted(line: unknown): boolean {
  return isObject(line) && typeof line["text"] === "string" && typeof line["at"] === "number"
}
