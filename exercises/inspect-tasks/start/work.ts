import * as asyncio from "asyncio-ts"

/** The names of all tasks that have not ended, sorted, without that of the one who asks. */
export async function atWork(): Promise<string[]> {
  return [...asyncio.allTasks()].map((task) => task.getName())
}
