import type { Coroutine } from "asyncio-ts"

/** Sleeps, and gives for how many seconds. */
export type Rest = (seconds: number) => Coroutine<number>

export async function main(rest: Rest): Promise<number> {
  return (await rest(2)) + (await rest(1))
}
