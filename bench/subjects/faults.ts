/** What the faults of `executor-faults` have in common, whoever is given them. */

import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import type { FaultName } from "../faults.ts"
import { BEGUN, TIDY } from "./fault-jobs.ts"

/** Says in a few words what the pool does. */
export type Faults = { readonly [Name in FaultName]: () => Promise<string> }

export const MODULE: URL = new URL("fault-jobs.ts", import.meta.url)

/** Milliseconds after which a job is taken for lost. */
const LOST = 3_000

/** What became of `work`, in words. */
export async function outcome(work: PromiseLike<unknown>): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const timer = setTimeout(() => resolve(`nothing after ${LOST / 1000} s`), LOST)
  try {
    return await Promise.race([work.then(shown, failed), promise])
  } finally {
    clearTimeout(timer)
  }
}

function shown(value: unknown): string {
  return `gives ${JSON.stringify(value)}`
}

export function failed(error: unknown): string {
  if (!(error instanceof Error)) return `throws ${String(error)}`
  const line = error.message.split("\n", 1)[0] ?? ""
  return line === "" ? `${error.name} without a message` : `${error.name}: ${line}`
}

export const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Computes, as a program does that is busy when a worker's messages arrive. */
export function beBusy(milliseconds: number): void {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}

/** A module that does not parse. */
export function brokenModule(): URL {
  const file = join(mkdtempSync(join(tmpdir(), "executor-faults-")), "broken.mjs")
  writeFileSync(file, "export const echo = (value) => {\n  return value +\n}\n")
  return pathToFileURL(file)
}

export const cellOf = (): Int32Array => new Int32Array(new SharedArrayBuffer(8))

/** Waits until the job that was given `cell` has begun. */
export async function begun(cell: Int32Array): Promise<void> {
  for (const end = performance.now() + LOST; cell[BEGUN] === 0 && performance.now() < end; ) await sleep(10)
  await sleep(50)
}

/** Waits a moment for a job to clean up; whether it has. */
export async function tidied(cell: Int32Array): Promise<string> {
  await sleep(300)
  return cell[TIDY] === 1 ? "its finally ran" : "its finally did not run"
}

/** How many of twenty results are lost whose worker leaves as soon as it has given them. */
export async function lostResults(run: () => PromiseLike<unknown>): Promise<string> {
  let lost = 0
  for (let i = 0; i < 20; i += 1) {
    const result = run()
    // So that it is begun before this thread is busy.
    await sleep(2)
    beBusy(60)
    if ((await outcome(result)) !== 'gives "kept"') lost += 1
    await sleep(60)
  }
  return `${lost} of 20 lost`
}
