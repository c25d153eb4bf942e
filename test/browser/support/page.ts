/** The page of the tests: runs the program here and in a worker, then the vectors, and posts what came of it. */
import { start } from "../../../conformance/interpreter.ts"
import type { Scenario } from "../../../conformance/scenario.ts"
import { program } from "./program.ts"

async function inWorker(): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const worker = new Worker(new URL("worker.ts", import.meta.url), { type: "module" })
  worker.onmessage = ({ data }) => resolve(data)
  worker.onerror = ({ message }) => reject(new Error(message))
  return promise
}

async function conformance(): Promise<{ passed: number; failed: string[] }> {
  const failed: string[] = []
  let passed = 0
  for (const name of (await (await fetch("/vectors")).text()).split("\n")) {
    const text = await (await fetch(`/conformance/vectors/${name}`)).text()
    for (const line of text.trim().split("\n")) {
      const scenario = JSON.parse(line) as Scenario // the maker's own
      if ((await start(scenario).result) === undefined) passed += 1
      else failed.push(scenario.id)
    }
  }
  return { passed, failed }
}

async function attempt(part: () => Promise<unknown>): Promise<unknown> {
  try {
    return await part()
  } catch (error) {
    return String(error instanceof Error ? error.stack : error)
  }
}

/** The tests are compiled with Node's types, which have no workers of the web. */
declare class Worker {
  constructor(url: URL, options: { type: "module" })
  onmessage: (event: { data: unknown }) => void
  onerror: (event: { message: string }) => void
}

const result = {
  page: await attempt(program),
  worker: await attempt(inWorker),
  conformance: await attempt(conformance),
}
await fetch("/result", { method: "POST", body: JSON.stringify(result) })
