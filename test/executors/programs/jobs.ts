/** What the executor contract runs in workers. */
import { appendFileSync, existsSync, readFileSync } from "node:fs"
import { threadId } from "node:worker_threads"
// What they need and no more: each worker loads it.
import { ContextVar } from "#src/core/context-var.ts"
import { currentSignal, reportProgress } from "#src/executors/worker/current-job.ts"
import { sleep } from "#src/tasks/sleep.ts"

export const request = new ContextVar<unknown>("request", { default: "none" })

export function add(a: number, b: number): number {
  return a + b
}

export function whoAmI(): string {
  return `${process.pid}/${threadId}`
}

export function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value) + (Buffer.isBuffer(value) ? " Buffer" : "")
}

export function lengthOf(value: Uint8Array): number {
  return value.byteLength
}

export function fails(text: string): never {
  throw Object.assign(new RangeError(text, { cause: new Error("below") }), { code: "E_TEST" })
}

export class ShopError extends Error {
  readonly shelf = 3
}

export function failsByOwnClass(): never {
  throw new ShopError("sold out")
}

export function leaves(code: number): void {
  process.exit(code)
}

/** Leaves the first time, and gives how often it was called. */
export function leavesOnce(file: string, value: { n: number }): [number, number] {
  const before = existsSync(file) ? readFileSync(file, "utf8").length : 0
  appendFileSync(file, "x")
  if (before === 0) process.exit(5)
  return [before + 1, value.n]
}

export function throwsLater(): void {
  setTimeout(() => {
    throw new TypeError("later")
  }, 5)
}

export function fillsMemory(): void {
  const all: object[] = []
  for (;;) all.push({})
}

export function mark(file: string, text = "x"): void {
  appendFileSync(file, text)
}

/** Whether a test has let go on what marks its beginning in `file`: how long it lasts is not left to the machine. */
function isLetGo(file: string): boolean {
  return existsSync(`${file}.go`)
}

/** Computes until the test lets it go on, deaf and dumb; marks its beginning and its end. */
export function computes(file: string): string {
  appendFileSync(file, "<")
  while (!isLetGo(file));
  appendFileSync(file, ">")
  return "computed"
}

/** The same in an await. */
export async function waits(file: string): Promise<string> {
  appendFileSync(file, "<")
  try {
    while (!isLetGo(file)) await sleep(0.002)
    return "waited"
  } finally {
    appendFileSync(file, ">")
  }
}

/** The same in a loop without an await that looks for the request to end. */
export function polls(file: string): string {
  appendFileSync(file, "<")
  const signal = currentSignal()
  while (!signal.aborted && !isLetGo(file));
  appendFileSync(file, signal.aborted ? "!>" : ">")
  return "polled"
}

export function reports(count: number): number {
  for (let n = 1; n <= count; n += 1) reportProgress({ n })
  return count
}

export async function reportsAndChanges(): Promise<void> {
  const state = { n: 1 }
  reportProgress(state)
  state.n = 2
  reportProgress(state)
  state.n = 3
  await sleep(0.05)
}

export function reportsBadly(): void {
  reportProgress(1)
  reportProgress({ at: [() => 1] })
}

export function seesContext(): unknown {
  return request.get()
}

export async function* counts(to: number, file?: string): AsyncGenerator<number> {
  try {
    for (let n = 0; n < to; n += 1) {
      yield n
      if (file !== undefined) appendFileSync(file, "i")
    }
  } finally {
    if (file !== undefined) appendFileSync(file, ">")
  }
}

export function* leavesAfter(file: string, items: number): Generator<number> {
  appendFileSync(file, "<")
  for (let n = 0; n < items; n += 1) yield n
  const end = performance.now() + 20
  while (performance.now() < end); // so that what was given is on its way
  process.exit(6)
}

export function* promises(): Generator<Promise<number>> {
  yield Promise.resolve(1)
  yield Promise.resolve(2)
}

export const notAFunction = 42
