import { sleep } from "../../../tasks/sleep.ts"
import { defineProgram } from "../define-program.ts"
import { tooSlow, wrongValue } from "../judge-program.ts"

const SECONDS: Readonly<Record<string, number>> = { north: 5, south: 1, west: 5 }

export const taskGroup = defineProgram({
  name: "task-group",
  title: "One fails, and the others end with it",
  track: "main",
  objective: "end",
  remedial: "sleep-cancel",
  hints: ["What becomes of the other two downloads when one has failed?", "A TaskGroup ends only when all of its tasks have; when one fails it cancels the others, and throws an ExceptionGroup.", "try { await new asyncio.TaskGroup().run((group) => { … group.createTask(download(name)) … }) } catch (error) { … }"],
  async drive(work, kit) {
    const download = kit.operation("download", async (name: string) => {
      await sleep(SECONDS[name] ?? 1)
      if (name === "south") throw new Error("no route to south")
      return name
    })
    return await work.call("main", download)
  },
  judge({ value, operations, seconds }) {
    if (operations.length < 3) return { sentence: "not all three downloads were begun: north, south, west" }
    const slow = tooSlow(operations, seconds, 1)
    if (slow !== undefined) return slow
    const alive = operations.find(({ name, how }) => name !== "download south" && how !== "cancelled")
    if (alive !== undefined) return { sentence: `'${alive.name}' was not cancelled when south failed` }
    return wrongValue(value, "failed: no route to south")
  },
})
