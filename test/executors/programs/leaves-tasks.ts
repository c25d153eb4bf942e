/** Jobs that leave something behind. */
import * as asyncio from "asyncio-ts"

const ended: string[] = []

function leave(name: string): void {
  asyncio.createTask(async () => {
    try {
      await asyncio.sleep(3600)
    } finally {
      await asyncio.sleep(0)
      ended.push(name)
    }
  })
}

export async function returns(name: string): Promise<string> {
  leave(name)
  await asyncio.sleep(0)
  return name
}

export async function throws(name: string): Promise<never> {
  leave(name)
  await asyncio.sleep(0)
  throw new RangeError(name)
}

export function throwsAtOnce(name: string): never {
  leave(name)
  throw new RangeError(name)
}

/** What stands at a promise of somebody else's cannot be ended. */
export async function awaitsForeign(): Promise<void> {
  asyncio.createTask(() => new Promise(() => undefined))
  await asyncio.sleep(0)
}

const released = Promise.withResolvers<void>()
const reports: string[] = []

/** Ends after `releases` has been called, whether it was cancelled or not. */
export async function waitsForRelease(): Promise<void> {
  asyncio.getRunningLoop().setExceptionHandler((_loop, { message }) => void reports.push(message))
  await released.promise
}

/** What was reported while it ran and what was left behind went on. */
export async function releases(): Promise<string[]> {
  released.resolve()
  for (let turn = 0; turn < 20; turn += 1) await asyncio.sleep(0)
  return reports
}

export function endedSoFar(): string[] {
  return ended
}

export const who = new asyncio.ContextVar("who", { default: "nobody" })

export function setWho(name: string): void {
  who.set(name)
}

export function getWho(): string {
  return who.get()
}

export function tasks(): string[] {
  return [...asyncio.allTasks()].map((task) => task.getName())
}
