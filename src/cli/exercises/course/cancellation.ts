import { createTask } from "../../../core/running.ts"
import { sleep } from "../../../tasks/sleep.ts"
import { wait } from "../../../tasks/wait.ts"
import { defineProgram } from "../define-program.ts"

interface Watched {
  readonly saved: number
  readonly cancelled: boolean
}

export const cancellation = defineProgram({
  name: "cancellation",
  title: "Save, and let the cancellation pass",
  track: "main",
  objective: "end",
  remedial: "sleep-cancel",
  hints: ["Who asks a task to end wants to see it end as cancelled.", "Clean up in `finally`; or catch the CancelledError, clean up, and throw it on.", "try { for (;;) await look() } finally { await save() }"],
  async drive(work, kit) {
    let saved = 0
    const look = kit.operation("look", () => sleep(1))
    const save = kit.operation("save", async () => {
      await sleep(0.5)
      saved += 1
    })
    const task = createTask(async () => work.call("watch", look, save), { name: "watch" })
    await sleep(2.5)
    task.cancel("the day is over")
    await wait([task])
    const watched: Watched = { saved, cancelled: task.cancelled() }
    return watched
  },
  judge({ value, operations }) {
    const { saved, cancelled } = value as Watched // as drive gives it
    if (!cancelled) return { sentence: "a swallowed cancellation: the task was cancelled, and ended as if nothing had happened" }
    if (saved === 0) return { sentence: "the task was cancelled, and nothing was saved" }
    if (saved > 1) return { sentence: "it saved more than once" }
    return operations.filter(({ name }) => name === "look").length < 3 ? { sentence: "it did not look each second until it was cancelled" } : undefined
  },
})
