import { sleep } from "../../../tasks/sleep.ts"
import { defineProgram } from "../define-program.ts"
import { notUsed, tooSlow, wrongValue } from "../judge-program.ts"

const KINDS = ["Masala", "Green", "Ginger"]

export const gather = defineProgram({
  name: "gather",
  title: "Three teas at once",
  track: "main",
  objective: "together",
  remedial: "sleep-together",
  hints: ["Each await waits for its tea before the next one is even begun.", "`asyncio.gather` takes a list, runs all in it at once, and gives the results in the order of the list.", "return asyncio.gather([brew(\"Masala\"), brew(\"Green\"), brew(\"Ginger\")])"],
  async drive(work, kit) {
    const brew = kit.operation("brew", async (kind: string) => {
      await sleep(2)
      return `${kind} is ready.`
    })
    return await work.call("main", brew)
  },
  judge: ({ value, operations, seconds }) => notUsed(operations, "brew", 3) ?? tooSlow(operations, seconds, 2) ?? wrongValue(value, KINDS.map((kind) => `${kind} is ready.`)),
})
