import * as asyncio from "asyncio-ts"

/** The names of all tasks that have not ended, sorted, without that of the one who asks. */
export async function atWork(): Promise<string[]> {
  const own = asyncio.currentTask()
  return [...asyncio.allTasks()].filter((task) => task !== own).map((task) => task.getName()).sort()
}
