import { sleep } from "../../../tasks/sleep.ts"
import { defineProgram } from "../define-program.ts"
import { notUsed, tooSlow, wrongValue } from "../judge-program.ts"

export const createTask = defineProgram({
  name: "create-task",
  title: "Toast while the water boils",
  track: "main",
  objective: "together",
  remedial: "sleep-together",
  hints: ["The water does not need you while it boils.", "`asyncio.createTask` starts a coroutine and gives a task at once; await the task when you need what it gives.", "const water = asyncio.createTask(boil()), then the toast, then await water"],
  async drive(work, kit) {
    const boil = kit.operation("boil", async () => {
      await sleep(3)
      return "hot water"
    })
    const toast = kit.operation("toast", async () => {
      await sleep(2)
      return "toast"
    })
    return await work.call("main", boil, toast)
  },
  judge({ value, operations, seconds, recording }) {
    const slow = notUsed(operations, "boil", 1) ?? notUsed(operations, "toast", 1) ?? tooSlow(operations, seconds, 3)
    if (slow !== undefined) return slow
    // main and the task of the water: with gather both would be tasks.
    if (recording.tasks.length < 2) return { sentence: "no task was made: start the water with createTask" }
    return wrongValue(value, ["hot water", "toast"])
  },
})
