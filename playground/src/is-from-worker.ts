/** Whether a message is one of the worker's own: the program in it can send any that it likes. */
import type { FromWorker } from "./messages.ts"

type Fields = Readonly<Record<string, unknown>>

/** The packed parts are put into a page of HTML, which nothing but letters of base64 can break out of. */
const BASE64 = /^[\w+/]*=*$/

export function isFromWorker(message: unknown): message is FromWorker {
  if (!isObject(message)) return false
  const { kind, text, line, time, level, seen } = message
  if (kind === "ended") return true
  if (kind === "seen") return isSeen(seen)
  const told = typeof text === "string" && (line === undefined || typeof line === "number")
  if (kind === "failed") return told
  return kind === "output" && told && (level === "log" || level === "warn" || level === "error") && (time === undefined || typeof time === "number")
}

export function isSeen(seen: unknown): boolean {
  if (!isObject(seen)) return false
  const { recording, parts, tree } = seen
  if (!isObject(recording) || !isObject(parts) || typeof tree !== "string") return false
  return Array.isArray(recording["tasks"]) && Array.isArray(recording["events"]) && isPacked(parts["facts"]) && isPacked(parts["recording"])
}

function isPacked(part: unknown): boolean {
  return typeof part === "string" && BASE64.test(part)
}

export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null
}
