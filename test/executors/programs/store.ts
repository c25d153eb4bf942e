/** What jobs call on the loop of the program: a module with a state of its own in each thread. */
import { threadId } from "node:worker_threads"
import * as asyncio from "asyncio-ts"

/** What this thread's instance has been told. */
export const told: string[] = []
export const user = new asyncio.ContextVar("store.user", { default: "nobody" })

export async function note(what: string): Promise<number> {
  await asyncio.sleep(0)
  return told.push(what)
}

/** How often each number was asked for, and how many of these calls run. */
export const asked = new Map<number, number>()
export const running = { calls: 0 }

/** Gives `n` back after some turns of the loop. */
export async function echo(n: number, turns: number): Promise<number> {
  running.calls += 1
  asked.set(n, (asked.get(n) ?? 0) + 1)
  try {
    for (let turn = 0; turn < turns; turn += 1) await asyncio.sleep(0)
    return n
  } finally {
    running.calls -= 1
  }
}

export function where(): { thread: number; task: string | undefined; user: string } {
  return { thread: threadId, task: asyncio.currentTask()?.getName(), user: user.get() }
}

export async function changeUser(name: string): Promise<void> {
  user.set(name)
}

export async function nap(seconds: number): Promise<string> {
  told.push("nap begins")
  try {
    await asyncio.sleep(seconds)
    told.push("nap ends")
    return "slept"
  } catch (error) {
    told.push(`nap: ${(error as Error).message}`)
    throw error
  }
}

export async function fail(message: string): Promise<never> {
  await asyncio.sleep(0)
  throw new asyncio.BrokenPipeError(message, { code: "EPIPE" })
}

export async function endItself(): Promise<void> {
  asyncio.currentTask()?.cancel("enough")
  await asyncio.sleep(60)
}

/** Fails with an error of its own when it is cancelled. */
export async function stubborn(): Promise<void> {
  try {
    await asyncio.sleep(60)
  } catch {
    throw new RangeError("stubborn")
  }
}

export function uncloneable(): { tea: { pour: () => void } } {
  return { tea: { pour: () => undefined } }
}

export function* items(): Generator<number> {
  yield 1
}

export const notFunction = 5
