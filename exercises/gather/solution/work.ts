import * as asyncio from "asyncio-ts"

/** Takes two seconds for each kind. */
export type Brew = (kind: string) => asyncio.Coroutine<string>

export async function main(brew: Brew): Promise<string[]> {
  return asyncio.gather([brew("Masala"), brew("Green"), brew("Ginger")])
}
