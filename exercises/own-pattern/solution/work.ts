import * as asyncio from "asyncio-ts"

export type Get = () => asyncio.Coroutine<string>

/** What the first of them gives that succeeds. */
export async function firstOf(gets: readonly Get[]): Promise<string> {
  let rest = new Set(gets.map((get) => asyncio.createTask(get)))
  const errors: unknown[] = []
  try {
    while (rest.size > 0) {
      const [done, pending] = await asyncio.wait(rest, { returnWhen: asyncio.FIRST_COMPLETED })
      rest = pending
      for (const task of done) {
        const error = task.exception()
        if (error === undefined) return task.result()
        errors.push(error)
      }
    }
  } finally {
    for (const task of rest) task.cancel("another has answered")
    if (rest.size > 0) await asyncio.wait(rest)
  }
  throw new AggregateError(errors, "nobody has answered")
}
