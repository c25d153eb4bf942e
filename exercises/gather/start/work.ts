import type { Coroutine } from "asyncio-ts"

/** Takes two seconds for each kind. */
export type Brew = (kind: string) => Coroutine<string>

export async function main(brew: Brew): Promise<string[]> {
  const masala = await brew("Masala")
  const green = await brew("Green")
  const ginger = await brew("Ginger")
  return [masala, green, ginger]
}
