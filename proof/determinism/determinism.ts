import { createHash } from "node:crypto"
import { existsSync, globSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { Random } from "../../test/support/random.ts"
import { outputApart, type Ended } from "../leftovers.ts"
import type { Attack, Findings, Work } from "../proof.ts"
import { tellOf } from "./random-program.ts"
import { slowed } from "./slowed.ts"

const STRIDE = 200
/** Programs that share a hash: a difference is told as one of these. */
const TOGETHER = 100
const ROOT = new URL("../../", import.meta.url)
const SOURCES = "--conditions=asyncio-ts:source"
/** The other runtimes, as far as they are installed: by whom, where, and how a program is started there. */
const OTHERS: readonly { readonly name: string; readonly files: string; readonly options: readonly string[] }[] = [
  { name: "Node 22", files: "tools/runtimes/node_modules/node-22-*/bin/node", options: [SOURCES] },
  { name: "Node 24", files: "tools/runtimes/node_modules/node-24-*/bin/node", options: [SOURCES] },
  { name: "Deno", files: "fixtures/node_modules/@deno/*/deno", options: ["run", "--allow-all", "--quiet", SOURCES] },
  { name: "Bun", files: "fixtures/node_modules/@oven/*/bin/bun", options: [SOURCES] },
]

export const determinism: Attack = (work) => tryPrograms(work)

/** @param others - the other runtimes: a test does without */
export async function tryPrograms(work: Work, others = OTHERS): Promise<Findings> {
  const { signal, seed } = work
  const installed = others.map((other) => ({ ...other, program: globSync(other.files, { cwd: ROOT }).find((file) => existsSync(new URL(file, ROOT))) }))
  const passes = 2 + installed.filter(({ program }) => program !== undefined).length
  const own: string[] = []
  const failures: string[] = []
  try {
    for (let done = 0; done + TOGETHER <= work.size; done += TOGETHER) {
      const some = { ...work, seed: seed + done, size: TOGETHER, progress: () => undefined }
      const first = await hashes(some)
      const again = await slowed(() => hashes(some))
      if (signal.aborted) return { done, failures }
      own.push(...first)
      failures.push(...differences("the second time, where each step is slow", some.seed, first, again))
      work.progress(Math.floor((2 * (done + TOGETHER)) / passes))
    }
  } catch (error) {
    if (!(error instanceof BrokeOff)) throw error
    return { done: own.length * TOGETHER, failures: [...failures, error.message] }
  }
  const compared = [`Node ${process.version.slice(1)}, twice`]
  const untried: string[] = []
  for (const { name, program, options } of installed) {
    if (program === undefined) {
      untried.push(`on ${name}, which is not installed`)
      continue
    }
    const { code, stdout, stderr } = await elsewhere(fileURLToPath(new URL(program, ROOT)), options, work)
    if (signal.aborted) {
      untried.push(`on ${name}, and what comes after it: interrupted`)
      break
    }
    if (code === 0) failures.push(...differences(`on ${name}`, seed, own, stdout.trim().split("\n")))
    else failures.push(`on ${name} the programs end with exit code ${code}: ${stderr.trim()}`)
    compared.push(name)
    work.progress(Math.floor(((1 + compared.length) * work.size) / passes))
  }
  return { done: own.length * TOGETHER, failures, untried, figures: { compared: compared.join("; "), "all of them": createHash("sha256").update(own.join()).digest("hex").slice(0, 16) } }
}

class BrokeOff extends Error {
  override readonly name = "BrokeOff"
}

/** Of each hundred programs, from the seed on. @throws BrokeOff if one does not come to its end */
export async function hashes({ size, seed, signal, progress }: Work): Promise<string[]> {
  const all: string[] = []
  let hash = createHash("sha256")
  for (let done = 0; done < size && !signal.aborted; done += 1) {
    try {
      hash.update(await tellOf(new Random(seed + done)))
    } catch (cause) {
      throw new BrokeOff(`the program of seed ${seed + done} broke off: ${String(cause)}`, { cause })
    }
    if ((done + 1) % TOGETHER === 0) {
      all.push(hash.digest("hex").slice(0, 16))
      hash = createHash("sha256")
    }
    if (done % STRIDE === 0) progress(done)
  }
  return all
}

function elsewhere(program: string, options: readonly string[], { size, seed, signal }: Work): Promise<Ended> {
  const file = fileURLToPath(new URL("print-hashes.ts", import.meta.url))
  return outputApart(program, [...options, file, String(seed), String(size)], { cwd: ROOT }, signal)
}

function differences(where: string, seed: number, own: readonly string[], found: readonly string[]): string[] {
  return own.flatMap((hash, at) => {
    if (found[at] === hash) return []
    const from = seed + at * TOGETHER
    return [`${where}, one of the seeds ${from} to ${from + TOGETHER - 1} gives another trace (${found[at] ?? "none"}, not ${hash})`]
  })
}
