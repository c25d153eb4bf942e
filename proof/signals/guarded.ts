/** What the programs say about themselves, line by line, to the process that runs them. */
import { writeSync } from "node:fs"
import * as asyncio from "asyncio-ts"

let guards = 0

/** At once, whatever becomes of the process; with the time, in milliseconds. */
export function say(what: string): void {
  writeSync(1, `${what} ${Date.now()}\n`)
}

/** Says that something has to be cleaned up; the returned function, that it is. */
export function opened(name: string): () => void {
  guards += 1
  const id = `${name}#${guards}`
  say(`+${id}`)
  return () => say(`-${id}`)
}

/** `body`, whose end is told whatever it is; its clean-up awaits `awaits` times before that. */
export async function guarded<T>(name: string, body: () => PromiseLike<T> | T, awaits = 1): Promise<T> {
  const closed = opened(name)
  try {
    return await body()
  } finally {
    // A second signal may interrupt the clean-up itself.
    try {
      for (let done = 0; done < awaits; done += 1) await asyncio.sleep(done % 2 === 0 ? 0 : 0.001)
    } finally {
      closed()
    }
  }
}

/** Some short sleeps, and turns of the loop between them. */
export async function nap(times = 2): Promise<void> {
  for (let done = 0; done < times; done += 1) await asyncio.sleep(done % 2 === 0 ? 0.001 : 0)
}
