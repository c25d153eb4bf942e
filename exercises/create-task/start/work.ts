import type { Coroutine } from "asyncio-ts"

/** Takes three seconds. */
export type Boil = () => Coroutine<string>
/** Takes two seconds, and your hands. */
export type Toast = () => Coroutine<string>

export async function main(boil: Boil, toast: Toast): Promise<string[]> {
  const water = await boil()
  const bread = await toast()
  return [water, bread]
}
