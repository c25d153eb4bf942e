/**
 * What comes by command lines, environment, sockets and queues.
 */
import { deepEqual, equal, ok } from "node:assert/strict"
import { runInNewContext } from "node:vm"
import { parse, type AnyNode } from "acorn"
import * as asyncio from "asyncio-ts"
import * as http from "asyncio-ts/http"
import { parseArguments, UsageError } from "#src/cli/arguments.ts"
import { parseDoctor } from "#src/cli/doctor-arguments.ts"
import { parseLook } from "#src/cli/ps-arguments.ts"
import { parseTimeline } from "#src/cli/timeline-arguments.ts"
import { parseJobs, parseWorker } from "#src/cli/worker-arguments.ts"
import { readFailure, failureText, splitJobName, jobName } from "#src/executors/distributed/job-data.ts"
import { decodeValue, encodeValue, MOST_BYTES } from "#src/executors/distributed/payload.ts"
import { moduleName } from "#src/executors/distributed/module-name.ts"
import { readProgress } from "#src/executors/distributed/remote-progress.ts"
import { redisTarget } from "#src/executors/distributed/redis-address.ts"
import { readFunction } from "#src/executors/function-job/function-source.ts"
import { encodeError, decodeError } from "#src/executors/wire/wire-error.ts"
import { baseUrlOf, resolveUrl } from "#src/http/client/resolve-url.ts"
import { environmentProxies, proxyChoice } from "#src/http/client/proxy.ts"
import { expressionOf, type Question } from "#src/inspect/attach/target.ts"
import { connectSettings } from "#src/postgres/connect-options.ts"
import { expected, valueOrError, type Target } from "../target.ts"
import { urlGrammar } from "./http.ts"

export const commandLines: Target = {
  name: "command-lines",
  sources: ["src/cli/arguments.ts", "src/cli/ps-arguments.ts", "src/cli/timeline-arguments.ts", "src/cli/doctor-arguments.ts", "src/cli/worker-arguments.ts"],
  tokens: ["run\n", "ps\n", "top\n", "worker\n", "doctor\n", "timeline\n", "a.ts\n", "4711\n", "0\n", "-1\n", "--\n", "--json\n", "--sort=cpu\n", "--sort\n", "--limit=1e3\n", "--interval=Infinity\n", "--timeline=x.html\n", "--watchdog=0.1\n", "--record=\n", "--to=svg\n", "--width=80\n", "--url=http://x/\n", "-o\n", "--help\n", "--__proto__=1\n", "--=\n", "-\n", "=\n", "\u0000\n", "--redis=redis://u:p@h/\n", "--concurrency=2\n", "--queue=q\n"],
  samples: ["run\na.ts\n--timeline=x.svg\n--\n--debug", "ps\n4711\n--sort=age\n--limit=3", "timeline\nx.rec\n--to=perfetto", "worker\na.ts\n--concurrency=2", "doctor\n4711\n--json"],
  try(input) {
    const words = input.toString().split("\n")
    const [command = "", ...rest] = words
    const looks: readonly (() => unknown)[] = [
      () => parseArguments(words),
      () => parseLook("ps", rest),
      () => parseLook("top", words),
      () => parseTimeline(rest),
      () => parseDoctor(rest),
      () => parseWorker(rest),
      () => parseJobs(rest),
    ]
    for (const look of looks) {
      const found = valueOrError(look, [UsageError])
      if ("error" in found) ok(found.error.message.length > 20, `too short for ${command}: ${found.error.message}`)
    }
  },
}

const SECRET = "s3cr3t"

export const addresses: Target = {
  name: "addresses",
  sources: ["src/http/client/resolve-url.ts", "src/http/client/proxy.ts", "src/executors/distributed/redis-address.ts", "src/postgres/connect-options.ts", "src/executors/distributed/module-name.ts"],
  tokens: ["redis://", "rediss://", "http://", "https://", "postgresql://", "user:", SECRET, `:${SECRET}@`, `user:${SECRET}@`, `user:${SECRET}:${SECRET}@`, "@", ":", "/", "//", "?", "#", "%", "%zz", "host", "[::1]", ":6379", ":99999", "/2", "/x", " ", "\\", "*.example", ",", "é"],
  samples: [`redis://user:${SECRET}@host:6379/2`, `postgresql://user:${SECRET}@host/db`, `http://user:${SECRET}@host:3128`, `redis:/user:a:${SECRET}@host`, `redis://user:%zz${SECRET}@host`, "/path?x#y", "*.example:80,[::1]:443,.local", `http//user:${SECRET}@host`],
  grammar: urlGrammar,
  try(input, cuts) {
    const text = input.toString()
    // What stands before the last @ of an authority.
    const secret = /^[^/?#]*:?\/\/[^/?#@]*:[^/?#@]*s3cr3t[^/?#@]*@[^@]*$/.test(text) && text.split(SECRET).length === 2
    const base = baseUrlOf("https://api.example/v1")
    // A module's name is no secret.
    const named = (): unknown => moduleName(text)
    for (const look of [
      () => redisTarget(text, "an executor"),
      () => connectSettings(text, "connect"),
      () => proxyChoice(text),
      () => environmentProxies({ http_proxy: text, no_proxy: text })(new URL("http://host.example:80/")),
      () => environmentProxies({ http_proxy: "http://proxy", no_proxy: text })(new URL((cuts[0] ?? 0) % 2 === 0 ? "http://[::1]:443/" : "https://host.example/")),
      () => resolveUrl(text, base),
      () => resolveUrl(text, null),
      () => baseUrlOf(text),
      named,
    ]) {
      const found = valueOrError(look, [TypeError, RangeError])
      if ("error" in found && secret && look !== named) ok(!found.error.message.includes(SECRET), `the password is in the message: ${found.error.message}`)
    }
  },
}

const METHODS = ["snapshotJson", "prepareJson", "readJson", "dropJson", "measureCpu", "startRecording", "stopRecording", "restRecording"]

/** Whether it computes nothing. */
function isData(node: AnyNode | null): boolean {
  if (node === null) return true
  switch (node.type) {
    case "Literal":
      return true
    case "Identifier":
      return node.name === "undefined"
    case "UnaryExpression":
      return node.operator === "-" && isData(node.argument)
    case "ArrayExpression":
      return node.elements.every(isData)
    case "ObjectExpression":
      return node.properties.every((property) => property.type === "Property" && !property.computed && property.kind === "init" && isData(property.value))
    default:
      return false
  }
}

export const inspectorQuestions: Target = {
  name: "inspector-questions",
  sources: ["src/inspect/attach/target.ts"],
  tokens: ["{", "}", "[", "]", ",", ":", "\"ask\":\"snapshot\"", "\"ask\":\"read\"", "\"ask\":\"measure\"", "\"ask\":\"record\"", "\"options\":", "\"id\":", "\"from\":1", "\"to\":2", "\"on\":", "\"); process.exit(1); (\"", "${", "`", "\u2028", "\\u2028", "</script>", "__proto__", "toJSON", "null", "true", "1e999", "\"constructor\"", "\"ask\":\"__proto__\"", "\"ask\":\"toString\""],
  samples: ['{"ask":"who","request":1}', '{"ask":"snapshot","options":{"limit":3}}', '{"ask":"read","id":"1); process.exit(1); (","from":0,"to":1}', '{"ask":"record","capacity":{"__proto__":1}}', '"text"', "null", "5"],
  try(input) {
    let question: Question
    try {
      question = JSON.parse(input.toString()) as Question // which it may not be
    } catch {
      return
    }
    if (question === null || question.ask === "threads") return
    let expression: string
    try {
      expression = expressionOf(question)
    } catch (error) {
      expected(error, [TypeError])
      return
    }
    if (question.ask === "who" || question.ask === "look") return
    const { body } = parse(expression, { ecmaVersion: "latest" })
    const [statement] = body
    ok(body.length === 1 && statement?.type === "ExpressionStatement" && statement.expression.type === "ChainExpression", expression)
    const call = statement.expression.expression
    ok(call.type === "CallExpression" && call.callee.type === "MemberExpression" && call.callee.property.type === "Identifier", expression)
    ok(METHODS.includes(call.callee.property.name) && call.arguments.every(isData), expression)
  },
}

export const jobs: Target = {
  name: "jobs",
  sources: ["src/executors/distributed/job-data.ts", "src/executors/distributed/payload.ts", "src/executors/wire/wire-error.ts", "src/executors/wire/error-class.ts"],
  tokens: ["\nasyncio-ts error: ", "Error: x", encodeValue({ thrown: { error: 0 }, errors: [] }, MOST_BYTES, "", []), encodeValue({ thrown: { list: [{ error: 9 }] }, errors: [{}] }, MOST_BYTES, "", []), encodeValue(null, MOST_BYTES, "", []), "/w8=", "/w9vIgpf", "__proto__", "A", "=", "/"],
  samples: [
    failureText(Object.assign(new TypeError("x", { cause: new asyncio.TimeoutError("y") }), { code: "E", __proto__x: 1 })),
    failureText(new AggregateError([new Error("a"), "b"], "many")),
    failureText(new http.ReadTimeout("late", { request: { method: "GET", url: new URL("http://127.0.0.1/") } })),
    encodeValue({ args: [1, new Map([["a", new Date(0)]])], context: [["name", 1]] }, MOST_BYTES, "", []),
    `x\nasyncio-ts error: ${encodeValue({ thrown: { error: 0 }, errors: [{ classes: ["__proto__", "asyncio-ts.TimeoutError"], properties: [["__proto__", { value: { polluted: 1 } }, true]], dropped: [] }] }, MOST_BYTES, "", [])}`,
  ],
  try(input) {
    const text = input.toString("latin1")
    valueOrError(() => decodeValue(text), [asyncio.RuntimeError])
    readFailure(text, undefined)
    valueOrError(() => readProgress({ asyncio: text }), [asyncio.RuntimeError])
    equal(({} as { polluted?: unknown }).polluted, undefined)
    const thrown = Object.assign(new Error(text.slice(0, 50)), { [text.slice(0, 9)]: text.slice(9, 99), code: text.slice(0, 3) })
    const back = decodeError(encodeError(thrown)) as Error & Record<string, unknown> // an error was sent
    equal(back.message, thrown.message)
    equal(back.name, "Error")
    equal(back instanceof Error, true)
    for (const key of Object.keys(thrown)) deepEqual(Object.getOwnPropertyDescriptor(back, key)?.value, Object.getOwnPropertyDescriptor(thrown, key)?.value)
    const at = text.lastIndexOf(".")
    if (at > 0) deepEqual(splitJobName(text), { module: text.slice(0, at), name: text.slice(at + 1) })
    if (at > 0) equal(jobName(text.slice(0, at), text.slice(at + 1)), text)
  },
}

/** Whether to evaluate it runs nothing of it. */
function isFunctionLiteral(text: string): boolean {
  try {
    const [only, ...others] = parse(`(${text}\n)`, { ecmaVersion: "latest", sourceType: "module" }).body
    if (only?.type !== "ExpressionStatement" || others.length > 0) return false
    return only.expression.type === "ArrowFunctionExpression" || only.expression.type === "FunctionExpression"
  } catch {
    return false
  }
}

export const functionSources: Target = {
  name: "function-sources",
  sources: ["src/executors/function-job/function-source.ts"],
  tokens: ["(", ")", "=>", "{", "}", "async ", "function ", "function* ", "get ", "static ", "a", "[x]", "'k'", "`${1}`", "/re/", "return ", "this", "super.x", "new.target", "#p", "...a", "=", ",", ";", "//\n", "/* */", "class A {}", "await 1", "yield 1", "import.meta", "import('x')", "arguments", "\u2028", "\\u0061"],
  samples: ["(n) => n * 2", "function f(n) { return n }", "({ m(n) { return n } }).m", "({ async *['a b']() {} })['a b']", "async (a, { b = 1 } = {}) => { /* } */ return `${a}` }", "class A { static #p() {} static q() { return A.#p } }; A.q", "({ get x() { return 1 } })"],
  try(input) {
    // To go and fetch modules is not what is tried; where nobody waits for them, their failure would be the process's.
    if (/\bimport\b/.test(input.toString()) && !isFunctionLiteral(input.toString())) return
    let fn: unknown
    try {
      // In a world of its own, and never called.
      fn = runInNewContext(`"use strict"; (0, ${input.toString()}\n)`, {}, { timeout: 100 })
    } catch {
      return
    }
    if (typeof fn !== "function") return
    const found = valueOrError(() => readFunction(fn, "toThread", undefined), [TypeError])
    if ("error" in found) return
    const { expression, isMethod, name } = found.value
    const again: unknown = runInNewContext(`"use strict"; (${expression}\n)`, {}, { timeout: 100 })
    ok(typeof again === "function" || isMethod, `${name}: ${expression} gives no function`)
  },
}
