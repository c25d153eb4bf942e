import { availableParallelism } from "node:os"
import { Worker } from "node:worker_threads"
import { UsageError, type PythonVersion } from "../../conformance/arguments.ts"
import { BY_RUNNER, Coverage } from "../../conformance/coverage.ts"
import { OPERATIONS } from "../../conformance/interpreter.ts"
import { moduleAddress } from "../../conformance/python.ts"
import type { Attempts } from "../../conformance/python-maker.ts"
import { CannotRun, type Attack, type Findings, type Work } from "../proof.ts"
import { tableOf } from "./table.ts"
import type { Answer } from "./worker.ts"

/** Attempts that a worker is given at once. */
const PART = 40
const MOST_WORKERS = 4
/** A worker makes way for a new one after so many parts: what its Python has left lying about goes with it. */
const PARTS_OF_A_WORKER = 250
const SHOWN = 5
/** Usually nine of ten attempts make a program that can be run; of so many attempts, so large a part has to. */
const ENOUGH = 400
const LEAST = 0.5
/** Not planned: `steps` holds the planned ones, and a runner a whole program. */
const UNPLANNED: ReadonlySet<string> = new Set(["steps", BY_RUNNER])
/** A group can be cancelled in CPython from 3.15 on. */
const ONLY_NEW = new Set(["tg_cancel"])

/** Programs of all operations, against one CPython. */
export function traces(python: PythonVersion): Attack {
  return (work) => tryPrograms(work, python)
}

/** Programs from the seed on, in parts that are told in their order: the same ones, however many workers there are. */
export async function tryPrograms(work: Work, python: PythonVersion, workers = Math.min(MOST_WORKERS, availableParallelism()), address = addressOf(python)): Promise<Findings> {
  const names = OPERATIONS.filter((name) => !UNPLANNED.has(name) && !(python === "3.14" && ONLY_NEW.has(name)))
  const coverage = new Coverage(OPERATIONS)
  const failures: string[] = []
  let done = 0
  let attempts = 0
  let version: string = python
  const begun = performance.now()
  for await (const tried of inOrder(work, address, workers)) {
    attempts += PART
    done += tried.programs
    version = tried.python
    coverage.add(tried.ones, tried.pairs)
    for (const { id, told } of tried.failures) failures.push(failures.length < SHOWN ? `${told}\nagain: npm run conformance -- --wide --fresh 1 --only ${id} --python ${python}` : id)
    work.progress(done)
    if (done >= work.size) break
    if (attempts >= ENOUGH && done < attempts * LEAST) {
      failures.push(`of ${attempts} attempts only ${done} made a program that could be run, so this tries something else than it says`)
      break
    }
  }
  const seconds = (performance.now() - begun) / 1000
  return {
    done,
    failures,
    figures: {
      Python: `CPython ${version}`,
      workers: `${workers}, ${(done / seconds / workers).toFixed(1)} programs a second each`,
      "left out": `${(attempts - done).toLocaleString("en")} of ${attempts.toLocaleString("en")} attempts, whose outcome CPython does not determine or which are in the ledger`,
      ...(done === 0 ? {} : tableOf(coverage, names, done)),
    },
  }
}

function addressOf(python: PythonVersion): string {
  try {
    return moduleAddress(python)
  } catch (error) {
    throw error instanceof UsageError ? new CannotRun(error.message) : error
  }
}

async function* inOrder({ seed, size, signal }: Work, address: string, count: number): AsyncGenerator<Answer> {
  const makers = Array.from({ length: count }, () => new Maker(address))
  const stop = (): void => {
    for (const maker of makers) maker.end()
  }
  signal.addEventListener("abort", stop)
  const parts: Promise<Answer | undefined>[] = []
  // What few programs need is not made ahead.
  const ahead = Math.min(2 * count, Math.ceil(size / PART))
  try {
    for (let part = 0; !signal.aborted; part += 1) {
      while (parts.length < ahead) {
        const next = part + parts.length
        const maker = makers[next % count]
        if (maker === undefined) return
        parts.push(maker.tried({ seed: String(seed), first: 1 + next * PART, count: PART, wide: true }))
      }
      const tried = await parts.shift()
      if (tried === undefined) return
      yield tried
    }
  } finally {
    signal.removeEventListener("abort", stop)
    stop()
  }
}

/** A worker that answers each request in turn, and makes way for a new one now and then. */
class Maker {
  readonly #address: string
  #worker: Worker | undefined
  #parts = 0
  #over = false
  #last: Promise<unknown> = Promise.resolve()

  constructor(address: string) {
    this.#address = address
  }

  /** Undefined if it was ended meanwhile. */
  tried(attempts: Attempts): Promise<Answer | undefined> {
    const answer = this.#last.then(() => this.#ask(attempts))
    this.#last = answer.catch(() => undefined)
    // Asked for ahead of time: a failure of one that nobody comes to want is no news.
    answer.catch(() => undefined)
    return answer
  }

  end(): void {
    this.#over = true
    void this.#worker?.terminate()
  }

  async #ask(attempts: Attempts): Promise<Answer | undefined> {
    if (this.#over) return undefined
    if (this.#parts++ % PARTS_OF_A_WORKER === 0) {
      await this.#worker?.terminate()
      // Debug mode, which programs turn on, warns of much that random programs do.
      this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: this.#address, execArgv: [...process.execArgv.filter(isCondition), "--no-warnings"] })
    }
    const worker = this.#worker
    if (worker === undefined) return undefined
    return new Promise((resolve, reject) => {
      const failed = (error: unknown): void => reject(new Error(`attempts ${attempts.first} to ${attempts.first + attempts.count - 1} of seed ${attempts.seed} ended the worker`, { cause: error }))
      const exited = (): void => (this.#over ? resolve(undefined) : failed(undefined))
      worker.once("error", failed).once("exit", exited)
      worker.once("message", (tried: Answer) => {
        worker.off("error", failed).off("exit", exited)
        resolve(tried)
      })
      worker.postMessage(attempts)
    })
  }
}

function isCondition(option: string): boolean {
  return /^(-C|--conditions)/.test(option)
}
