/** What the workers of these tests serve. */
import { threadId } from "node:worker_threads"
import * as asyncio from "asyncio-ts"
import { currentJobKey, currentSignal, reportProgress } from "asyncio-ts/executors"
import { StopRetrying } from "asyncio-ts/flow"

export class TeaError extends TypeError {
  override readonly name = "TeaError"
  readonly kind: string

  constructor(message: string, kind: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

export const square = (n: number): number => n * n

export const echo = <T>(value: T): T => value

/** A text that is another each time that it is made. */
export const key = (): string => `${currentJobKey()} ${Math.random()}`

const user = new asyncio.ContextVar<string>("user", { default: "nobody" })

export const whose = (): string => user.get()

let failures = 0

/** Fails so many times in a thread. */
export function flaky(times: number): number {
  failures += 1
  if (failures <= times) throw new TeaError("not yet", "any")
  return failures
}

export async function nap(seconds: number, value: string): Promise<string> {
  await asyncio.sleep(seconds)
  return value
}

export function fail(kind: string): string {
  throw new TeaError(`no ${kind} left`, kind, { cause: new RangeError("the tin is empty") })
}

export function giveUp(): string {
  throw new StopRetrying(new TeaError("no tea at all", "any"))
}

/** Waits for its end, and tells of it. */
export async function endless(): Promise<void> {
  reportProgress({ begun: new Date(0) })
  await asyncio.sleep(1e6)
}

/** Computes without a pause; with `polite` it looks for a request to end. */
export function burn(polite: boolean): string {
  reportProgress(`thread ${threadId}`)
  const signal = currentSignal()
  for (;;) if (polite && signal.aborted) return "ended by itself"
}

export async function steps(count: number): Promise<number> {
  for (let step = 1; step <= count; step += 1) {
    reportProgress(step)
    await asyncio.sleep(0.001)
  }
  return count
}

export function leave(): string {
  process.exit(3)
}

export const large = (bytes: number): Uint8Array => new Uint8Array(bytes)

export function* items(): Generator<number> {
  yield 1
}

export const notAFunction = 7

export const keeps = () => ({ done: () => true })

/** Throws for all but 0. */
export function flakyItem(item: number): number {
  if (item !== 0) throw new TeaError(`item ${item}`, "any")
  return 0
}

/** Computes for so long. */
export function busy(seconds: number): number {
  const end = performance.now() + seconds * 1000
  while (performance.now() < end);
  return seconds
}

let late = ""

/** Learns its key when it was cancelled long ago: nobody can interrupt the wait for a promise of the platform's. */
export async function lateKey(seconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  late = currentJobKey()
}

/** Its own key, and what `lateKey` has learned in the same thread. */
export async function bothKeys(seconds: number): Promise<[own: string, late: string]> {
  await asyncio.sleep(seconds)
  return [currentJobKey(), late]
}
