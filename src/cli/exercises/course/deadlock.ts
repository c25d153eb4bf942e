import { createTask } from "../../../core/running.ts"
import { sleep } from "../../../tasks/sleep.ts"
import { defineProgram } from "../define-program.ts"
import { mostAtOnce, wrongValue } from "../judge-program.ts"

export const deadlock = defineProgram({
  name: "deadlock",
  title: "A shop that stands still",
  track: "advanced",
  objective: "inspect",
  remedial: "sleep-line",
  given: ["shop.ts"],
  hints: ["Run shop.ts in one terminal, and asyncio-ts ps PID in another: who holds what the other waits for?", "Each of the two holds one lock and waits for the other's.", "Take the two locks in the same order in both functions."],
  async drive(work, kit) {
    const note = kit.operation("note", (what: string) => sleep(0.1, what))
    const shop = createTask(async () => work.call("main", note), { name: "shop" })
    return await shop
  },
  judge({ value, operations }) {
    const names = operations.map(({ name }) => name).sort().join(", ")
    if (names !== "note packed, note paid") return { sentence: `both the payment and the packing are to be noted, once each; noted was: ${names || "nothing"}` }
    if (mostAtOnce(operations) > 1) return { sentence: "payment and packing went on at once; each needs both locks while it notes" }
    return wrongValue(value, ["paid", "packed"])
  },
})
