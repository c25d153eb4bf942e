import * as asyncio from "asyncio-ts"

/** Takes five seconds; from south it fails after one. */
export type Download = (name: string) => asyncio.Coroutine<string>

export async function main(download: Download): Promise<string> {
  try {
    const tasks = await new asyncio.TaskGroup().run((group) => ["north", "south", "west"].map((name) => group.createTask(download(name), { name })))
    return tasks.map((task) => task.result()).join()
  } catch (error) {
    if (!(error instanceof asyncio.ExceptionGroup)) throw error
    return `failed: ${error.errors.map(({ message }) => message).join()}`
  }
}
