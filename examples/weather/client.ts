/** The two ways to ask for the weather that are compared here. */
import * as asyncio from "asyncio-ts"

export interface Weather {
  readonly name: string
  readonly celsius: number
  readonly sky: string
}

/** A request that ends when its task is cancelled: the task's signal goes with it. */
export const fetchWeather = asyncio.coroutine("fetchWeather", async (url: string): Promise<Weather> => {
  const signal = asyncio.currentTask()?.signal
  return read(await fetch(url, { signal: signal ?? null }))
})

/** A request as it is mostly written: nobody can end it. */
export async function bareFetch(url: string): Promise<Weather> {
  return read(await fetch(url))
}

async function read(response: Response): Promise<Weather> {
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`)
  return (await response.json()) as Weather // what our own server sends
}

export function describe({ celsius, sky }: Weather): string {
  return `${celsius} °C, ${sky}`
}

