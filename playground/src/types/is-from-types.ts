/** Whether a message is one of the type service's. It reads programs of strangers, and what it says is shown. */
import { isObject } from "../is-from-worker.ts"
import type { Answers, FromTypes, Kind } from "./type-messages.ts"

type Test = (value: unknown) => boolean

const isText: Test = (value) => typeof value === "string"
const isFlag: Test = (value) => typeof value === "boolean"
/** A place in a text. */
const isPlace: Test = (value) => typeof value === "number" && Number.isSafeInteger(value) && value >= 0
const described = { code: isText, text: isText }
const span = { from: isPlace, to: isPlace }

const shapes: { readonly [K in Kind]: Test } = {
  mistakes: listOf(shape({ ...span, message: isText, stops: isFlag })),
  completions: shape({ from: isPlace, offers: listOf(shape({ name: isText, kind: isText, rank: isText, source: (value) => value === undefined || isText(value) })) }),
  details: shape({ ...described, changes: listOf(shape({ ...span, text: isText })) }),
  hover: shape({ ...described, ...span }),
  call: shape({ from: isPlace, before: isText, parameter: isText, after: isText, text: isText }),
}

export function isFromTypes(message: unknown): message is FromTypes {
  if (!isObject(message)) return false
  const { kind, id, reason } = message
  return kind === "ready" || (kind === "failed" && isText(reason)) || (kind === "answer" && isPlace(id))
}

/** Whether it is an answer to a question of that kind. */
export function isAnswer<K extends Kind>(kind: K, answer: unknown): answer is Answers[K] {
  return shapes[kind](answer)
}

function shape(fields: Readonly<Record<string, Test>>): Test {
  return (value) => isObject(value) && Object.entries(fields).every(([name, test]) => test(value[name]))
}

function listOf(test: Test): Test {
  return (value) => Array.isArray(value) && value.every(test)
}
