import * as asyncio from "asyncio-ts"

export type Get = () => asyncio.Coroutine<string>

/** What the first of them gives that succeeds. */
export async function firstOf(gets: readonly Get[]): Promise<string> {
  const tasks = gets.map((get) => asyncio.createTask(get))
  const [[first]] = await asyncio.wait(tasks, { returnWhen: asyncio.FIRST_COMPLETED })
  if (first === undefined) throw new Error("nobody was asked")
  return first.result()
}
