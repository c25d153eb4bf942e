import { spawnSync } from "node:child_process"
import { createRequire } from "node:module"
import { availableParallelism } from "node:os"
import { fileURLToPath, pathToFileURL } from "node:url"
import { Worker } from "node:worker_threads"

import { UsageError, type Fresh, type PythonVersion } from "./arguments.ts"
import type { Attempts } from "./python-maker.ts"
import type { Located } from "./runner.ts"
import { parseScenario } from "./scenario.ts"

const PACKAGES: Readonly<Record<PythonVersion, string>> = { "3.14": "pyodide", "3.15": "pyodide-315" }
const ATTEMPTS = 500
// A wider one takes ten times as long.
const WIDE_ATTEMPTS = 50
const MOST_WORKERS = 4
// Below this a second Python takes longer to start than it saves.
const SCENARIOS_PER_WORKER = 2000

/**
 * New scenarios, made while others run. They depend on the seed alone, not on how many
 * Pythons share the work.
 */
export async function* freshScenarios(wanted: Fresh, stop: AbortSignal): AsyncGenerator<Located> {
  const { count, seed, python, attempt, wide = false } = wanted
  const pythons = new Pythons(moduleAddress(python), attempt === undefined ? count : 1)
  stop.addEventListener("abort", () => void pythons.close(), { once: true })
  let made = 0
  try {
    for await (const line of attempt === undefined ? pythons.all(seed, wide) : pythons.one(seed, attempt, wide)) {
      const scenario = parseScenario(line)
      const options = `${wide ? " --wide" : ""}${python === "3.14" ? "" : ` --python ${python}`}`
      yield { scenario, place: `seed ${seed}`, rerun: `--fresh 1 --only ${scenario.id}${options}` }
      if (++made === count) return
    }
    if (made === 0 && !stop.aborted) {
      throw new UsageError(`attempt ${attempt} of seed ${seed} makes no scenario: take an id that a run has printed`)
    }
  } finally {
    await pythons.close()
  }
}

class Pythons {
  readonly #workers: readonly PythonThread[]
  #closed = false

  constructor(address: string, scenarios: number) {
    const wished = Math.ceil(scenarios / SCENARIOS_PER_WORKER)
    const length = Math.max(1, Math.min(MOST_WORKERS, availableParallelism(), wished))
    this.#workers = Array.from({ length }, () => new PythonThread(address))
  }

  async *one(seed: string, attempt: number, wide: boolean): AsyncGenerator<string> {
    const [worker] = this.#workers
    if (worker !== undefined) yield* lines(await worker.make({ seed, first: attempt, count: 1, wide }))
  }

  /** Without end. Each Python has one part in hand while the one before is being run. */
  async *all(seed: string, wide: boolean): AsyncGenerator<string> {
    const parts: Promise<string>[] = []
    const attempts = wide ? WIDE_ATTEMPTS : ATTEMPTS
    for (let number = 0; !this.#closed; number++) {
      while (parts.length < 2 * this.#workers.length) {
        const next = number + parts.length
        const worker = this.#workers[next % this.#workers.length]
        if (worker === undefined) return
        parts.push(worker.make({ seed, first: 1 + next * attempts, count: attempts, wide }))
      }
      yield* lines((await parts.shift()) ?? "")
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#workers.map((worker) => worker.close()))
  }
}

/** A worker that answers each request in turn. */
class PythonThread {
  readonly #worker: Worker
  readonly #waiting: PromiseWithResolvers<string>[] = []
  #closing = false

  constructor(address: string) {
    this.#worker = new Worker(new URL("./python-worker.ts", import.meta.url), { workerData: address })
    this.#worker.on("message", (text: string) => this.#waiting.shift()?.resolve(text))
    this.#worker.on("error", (error) => this.#fail(new UsageError(`Python failed: ${String(error)}`)))
    this.#worker.on("exit", () => this.#fail(new UsageError("Python ended before its work was done")))
  }

  make(attempts: Attempts): Promise<string> {
    const answer = Promise.withResolvers<string>()
    // Parts are asked for ahead of time, and a failure of one that nobody comes to want is no news.
    answer.promise.catch(() => undefined)
    this.#waiting.push(answer)
    this.#worker.postMessage(attempts)
    return answer.promise
  }

  async close(): Promise<void> {
    this.#closing = true
    await this.#worker.terminate()
  }

  #fail(error: Error): void {
    for (const answer of this.#waiting.splice(0)) {
      if (this.#closing) answer.resolve("")
      else answer.reject(error)
    }
  }
}

function lines(text: string): string[] {
  return text === "" ? [] : text.split("\n")
}

/**
 * Where the CPython of this version is; fetches the one that few people need when it is asked for.
 *
 * @throws UsageError if it is nowhere
 */
export function moduleAddress(version: PythonVersion): string {
  const name = PACKAGES[version]
  const folder = new URL("python-3.15/", import.meta.url)
  const found = resolve(name, import.meta.url) ?? resolve(name, folder)
  if (found !== undefined) return found
  if (version === "3.14") throw new UsageError(`the package ${name} is missing: run npm ci`)
  console.log(`fetching CPython ${version}, once: npm ci in conformance/python-3.15`)
  const { status } = spawnSync("npm", ["ci"], {
    cwd: fileURLToPath(folder),
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  })
  const fetched = status === 0 ? resolve(name, folder) : undefined
  if (fetched !== undefined) return fetched
  throw new UsageError("could not fetch CPython 3.15: see npm's message, or run npm ci in conformance/python-3.15")
}

function resolve(name: string, from: string | URL): string | undefined {
  try {
    // The package's own file is asked for by name, as `require` would give its CommonJS form.
    return pathToFileURL(createRequire(new URL("package.json", from)).resolve(`${name}/pyodide.mjs`)).href
  } catch {
    return undefined
  }
}
