import { createTask } from "../../../core/running.ts"
import { wait } from "../../../tasks/wait.ts"
import { sleep } from "../../../tasks/sleep.ts"
import { defineProgram } from "../define-program.ts"
import { wrongValue } from "../judge-program.ts"

export const inspectTasks = defineProgram({
  name: "inspect-tasks",
  title: "Who is still at work",
  track: "advanced",
  objective: "inspect",
  remedial: "sleep-together",
  hints: ["`asyncio.allTasks()` gives the tasks of the loop that have not ended.", "The task that asks is among them: `asyncio.currentTask()`.", "[...asyncio.allTasks()].filter((task) => task !== asyncio.currentTask()).map((task) => task.getName()).sort()"],
  async drive(work) {
    const tasks = [["mill", 3], ["bell", 1], ["anvil", 2]].map(([name, seconds]) => createTask(() => sleep(Number(seconds)), { name: String(name) }))
    await sleep(1.5)
    const early = await work.call("atWork")
    await sleep(1)
    const late = await work.call("atWork")
    await wait(tasks)
    return [early, late]
  },
  judge: ({ value }) => wrongValue(value, [["anvil", "mill"], ["mill"]]),
})
