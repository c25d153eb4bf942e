import * as asyncio from "asyncio-ts"

/** Takes three seconds. */
export type Boil = () => asyncio.Coroutine<string>
/** Takes two seconds, and your hands. */
export type Toast = () => asyncio.Coroutine<string>

export async function main(boil: Boil, toast: Toast): Promise<string[]> {
  const water = asyncio.createTask(boil(), { name: "water" })
  const bread = await toast()
  return [await water, bread]
}
