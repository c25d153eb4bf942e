import type { Coroutine } from "asyncio-ts"

/** Gives an answer, or throws because the other side is busy. */
export type Call = () => Coroutine<string>

export async function patiently(call: Call): Promise<string> {
  return call()
}
