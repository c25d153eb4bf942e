import type { Coroutine } from "asyncio-ts"

/** Sleeps, and gives for how many seconds. */
export type Rest = (seconds: number) => Coroutine<number>

export async function main(rest: Rest): Promise<number> {
  rest(2)
  rest(1)
  return 0
}
