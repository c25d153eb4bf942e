import * as asyncio from "asyncio-ts"

/** Takes five seconds; from south it fails after one. */
export type Download = (name: string) => asyncio.Coroutine<string>

export async function main(download: Download): Promise<string> {
  const tasks = ["north", "south", "west"].map((name) => asyncio.createTask(download(name), { name }))
  try {
    return (await asyncio.gather(tasks)).join()
  } catch (error) {
    return `failed: ${error instanceof Error ? error.message : String(error)}`
  }
}
