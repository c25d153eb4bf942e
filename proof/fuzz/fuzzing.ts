/**
 * Tries a target on input after input; what reaches new code is kept, and changed further.
 */
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { inspect } from "node:util"
import * as fc from "fast-check"
import { cutsOfInputs, inputsOf } from "./inputs.ts"
import { Reached } from "./reached.ts"
import type { Target } from "./target.ts"

/** Inputs between two looks at what was reached. */
const ROUND = 256
const LONGEST_SHOWN = 1200
const LONGEST_KEPT = 2048
const corpus = fileURLToPath(new URL("corpus/", import.meta.url))

export interface Fuzzing {
  readonly seed: number
  /** Whether to go on, asked after each round. */
  readonly more: (inputs: number) => boolean
  /** Inputs of a round, after each of which it looks what was reached; by default 256. */
  readonly round?: number
  /** Whether what is reached still leads, asked after each round; by default always. To count that makes all else many times slower. */
  readonly guided?: () => boolean
  /** Told of each input before it is tried, and with undefined when it is over. */
  readonly trying?: (input: Buffer | undefined) => void
}

export interface Fuzzed {
  readonly inputs: number
  readonly failures: readonly string[]
  readonly functions: readonly [reached: number, all: number]
  readonly blocks: number
  /** Inputs that reached something new. */
  readonly kept: number
}

type Tried = readonly [input: Buffer, cuts: readonly number[]]

/** The same seed and as many rounds try the same inputs. */
export async function fuzz(target: Target, { seed, more, round: runs = ROUND, guided = () => true, trying = () => undefined }: Fuzzing): Promise<Fuzzed> {
  const close = await target.open?.()
  let reached = guided() ? new Reached(target) : undefined
  let told: Pick<Fuzzed, "functions" | "blocks"> = { functions: [0, 0], blocks: 0 }
  const rest = (): void => {
    if (reached === undefined) return
    told = { functions: reached.functions, blocks: reached.blocks }
    reached.close()
    reached = undefined
  }
  const pool = [...target.samples.map((sample) => Buffer.from(sample)), ...corpusOf(target.name)]
  const failures: string[] = []
  let inputs = 0
  const one = async (input: Buffer, cuts: readonly number[]): Promise<void> => {
    inputs += 1
    trying(input)
    try {
      await target.try(input, cuts)
    } finally {
      trying(undefined)
    }
  }
  /** Which of them was it? By halves: to look at what was reached takes longer than most inputs. */
  const credit = async (tried: readonly Tried[], fresh: Set<string>): Promise<void> => {
    if (reached === undefined) return
    reached.among(fresh)
    for (const [input, cuts] of tried) await one(input, cuts)
    const here = reached.among(fresh)
    if (here.size === 0) return
    if (tried.length > 1) {
      const half = Math.ceil(tried.length / 2)
      await credit(tried.slice(0, half), fresh)
      await credit(tried.slice(half), fresh)
      return
    }
    for (const place of here) fresh.delete(place)
    for (const [input] of tried) pool.push(input)
  }
  try {
    for (const input of [...pool]) {
      for (const cuts of [[], [1], [Math.trunc(input.length / 2)], [2, Math.max(0, input.length - 1)]]) {
        await one(input, cuts).catch((error: unknown) => failures.push(failureOf(target, input, cuts, error)))
      }
    }
    const known = pool.length
    if (pool.length === 0) pool.push(Buffer.alloc(0))
    reached?.news()
    for (let round = 0; failures.length === 0 && more(inputs); round += 1) {
      const tried: Tried[] = []
      const property = fc.asyncProperty(inputsOf(target, pool), cutsOfInputs, async (input, cuts) => {
        tried.push([input, cuts])
        await one(input, cuts)
      })
      const found = await fc.check(property, { seed: Math.imul(seed + 1, 1_000_003) + round, numRuns: runs })
      if (found.failed) {
        const [input = Buffer.alloc(0), cuts = []] = found.counterexample ?? []
        failures.push(failureOf(target, input, cuts, found.errorInstance))
        continue
      }
      const fresh = reached?.news()
      if (fresh !== undefined && fresh.size > 0) await credit(tried, fresh)
      if (!guided()) rest()
    }
    if (process.env["FUZZ_KEEP"] === "1" && failures.length === 0) keep(target.name, pool.slice(known))
    rest()
    return { inputs, failures: failures.slice(0, 3), ...told, kept: pool.length }
  } finally {
    rest()
    await close?.()
  }
}

/** What is tried first: inputs that once reached something, or once were a defect. */
function corpusOf(name: string): Buffer[] {
  const folder = join(corpus, name)
  return existsSync(folder) ? readdirSync(folder).toSorted().map((file) => readFileSync(join(folder, file))) : []
}

function keep(name: string, inputs: readonly Buffer[]): void {
  mkdirSync(join(corpus, name), { recursive: true })
  for (const input of inputs) {
    if (input.length <= LONGEST_KEPT) writeFileSync(join(corpus, name, createHash("sha256").update(input).digest("hex").slice(0, 12)), input)
  }
}

export function failureOf(target: Target, input: Buffer, cuts: readonly number[], error: unknown): string {
  const shown = input.length > LONGEST_SHOWN ? `${input.toString("base64", 0, LONGEST_SHOWN)}… (${input.length} bytes)` : input.toString("base64")
  const why = error instanceof Error ? (error.stack ?? String(error)) : inspect(error)
  return `${target.name}: ${inspect(input.toString("latin1").slice(0, 300))} cut at [${cuts.join(", ")}], in base64 ${shown}:\n${why}`
}
