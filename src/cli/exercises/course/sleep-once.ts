import { sleep } from "../../../tasks/sleep.ts"
import { defineProgram } from "../define-program.ts"
import { tooSlow, wrongValue } from "../judge-program.ts"

export const sleepOnce = defineProgram({
  name: "sleep-once",
  title: "Two rests, one after the other",
  track: "remedial",
  objective: "write",
  hints: ["`rest(2)` gives a coroutine, and nothing of it has run.", "await rest(2)"],
  async drive(work, kit) {
    const rest = kit.operation("rest", async (seconds: number) => {
      await sleep(seconds)
      return seconds
    })
    return await work.call("main", rest)
  },
  judge({ value, operations, seconds }) {
    if (operations.length < 2) return { sentence: "it rested less than twice: rest(2), then rest(1)" }
    if (operations.some(({ from, name }) => name === "rest 1" && from < 2)) return { sentence: "the second rest began before the first had ended" }
    return tooSlow(operations, seconds, 3) ?? wrongValue(value, 3)
  },
})
