import * as asyncio from "asyncio-ts"

/** Gives an answer, or throws because the other side is busy. */
export type Call = () => asyncio.Coroutine<string>

const ATTEMPTS = 4

export async function patiently(call: Call): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call()
    } catch (error) {
      if (error instanceof asyncio.CancelledError || attempt === ATTEMPTS) throw error
    }
    await asyncio.sleep(2 ** (attempt - 1))
  }
}
