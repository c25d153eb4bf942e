/** What the fault run does to workers. Each job writes into the ledger that it begins, and that it ends. */
import { appendFileSync, readFileSync } from "node:fs"
import { reportProgress } from "#src/executors/worker/current-job.ts"
import { sleep } from "#src/tasks/sleep.ts"

/** Counters, two for each job, where memory is shared; else a file with a line for each. */
export type Ledger = Int32Array | string

export const LEAVES_BEHIND = 77

function write(ledger: Ledger, id: number, what: 0 | 1): void {
  if (typeof ledger === "string") appendFileSync(ledger, `${id} ${what}\n`)
  else Atomics.add(ledger, 2 * id + what, 1)
}

export function returns(ledger: Ledger, id: number): string {
  write(ledger, id, 0)
  write(ledger, id, 1)
  return `r${id}`
}

export function throws(ledger: Ledger, id: number): never {
  write(ledger, id, 0)
  throw new RangeError(`t${id}`)
}

export async function waits(ledger: Ledger, id: number, seconds: number): Promise<string> {
  write(ledger, id, 0)
  await sleep(seconds)
  write(ledger, id, 1)
  return `r${id}`
}

export function uncloneable(ledger: Ledger, id: number): unknown {
  write(ledger, id, 0)
  return { id, at: [() => id] }
}

export function exits(ledger: Ledger, id: number): never {
  write(ledger, id, 0)
  process.exit(3)
}

/** Leaves the first time. */
export function exitsAtFirst(ledger: Ledger, id: number, file: string): string {
  write(ledger, id, 0)
  appendFileSync(file, "x")
  if (readFileSync(file, "utf8").length === 1) process.exit(4)
  write(ledger, id, 1)
  return `r${id}`
}

/** Returns, and leaves before anybody can have heard of it. */
export function leavesBehind(ledger: Ledger, id: number): string {
  write(ledger, id, 0)
  write(ledger, id, 1)
  setImmediate(() => process.exit(LEAVES_BEHIND))
  return `r${id}`
}

export function throwsOutside(ledger: Ledger, id: number): Promise<never> {
  write(ledger, id, 0)
  setImmediate(() => {
    throw new TypeError(`outside ${id}`)
  })
  return new Promise(() => undefined)
}

export function endless(ledger: Ledger, id: number): never {
  write(ledger, id, 0)
  for (;;);
}

export function fillsMemory(ledger: Ledger, id: number): never {
  write(ledger, id, 0)
  const all: object[] = []
  for (;;) all.push({})
}

export function floods(ledger: Ledger, id: number, reports: number): string {
  write(ledger, id, 0)
  for (let n = 1; n <= reports; n += 1) reportProgress([id, n])
  write(ledger, id, 1)
  return `r${id}`
}

export async function* items(ledger: Ledger, id: number, count: number): AsyncGenerator<string> {
  write(ledger, id, 0)
  for (let n = 0; n < count; n += 1) yield `${id}.${n}`
  write(ledger, id, 1)
}
