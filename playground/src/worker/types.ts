/** The worker of the type service: TypeScript itself, which the page neither waits for nor needs. */
import ts from "typescript"
import type { Asked, FromTypes, TypeFiles } from "../types/type-messages.ts"
import { TypeService } from "./type-service.ts"

/** What is used of a worker's global, whose types and a page's exclude each other. */
interface Scope {
  postMessage(message: FromTypes): void
  addEventListener(type: "message", listener: (event: MessageEvent<Asked>) => void): void
}

const scope = globalThis as unknown as Scope

async function open(): Promise<TypeService> {
  const answer = await fetch(new URL("files.json", import.meta.url))
  if (!answer.ok) throw new Error(`files.json cannot be read: ${answer.status} ${answer.statusText}`)
  const service = new TypeService(ts, (await answer.json()) as TypeFiles) // as build.mjs writes it
  // The declarations are read at the first question, which somebody would wait for.
  service.answer({ kind: "mistakes", program: { file: "main.ts", text: "", others: {} } })
  return service
}

try {
  const service = await open()
  scope.addEventListener("message", ({ data: { id, question } }) => scope.postMessage({ kind: "answer", id, answer: answerTo(service, question) }))
  scope.postMessage({ kind: "ready" })
} catch (error) {
  scope.postMessage({ kind: "failed", reason: String(error) })
}

/** TypeScript fails on some texts, such as those that are nested too deep. */
function answerTo(service: TypeService, question: Asked["question"]): ReturnType<TypeService["answer"]> {
  try {
    return service.answer(question)
  } catch {
    return undefined
  }
}
