import { sleep } from "../../../tasks/sleep.ts"
import { defineProgram } from "../define-program.ts"
import { tooSlow, wrongValue } from "../judge-program.ts"

const MIRRORS: Readonly<Record<string, number>> = { far: 4, near: 1, broken: 0.5, slow: 60 }

export const ownPattern = defineProgram({
  name: "own-pattern",
  title: "The first that answers",
  track: "advanced",
  objective: "design",
  remedial: "sleep-cancel",
  hints: ["Begin all, wait until one has answered, cancel the others, and wait until they have ended.", "`asyncio.wait(tasks, { returnWhen: asyncio.FIRST_COMPLETED })` gives the tasks that are done, and those that are not; one that has failed is done as well.", "Loop: wait for the first that is done; if it has an exception, go on with the rest; in `finally` cancel the rest and await asyncio.wait(rest)."],
  async drive(work, kit) {
    const get = kit.operation("get", async (mirror: string) => {
      try {
        await sleep(MIRRORS[mirror] ?? 1)
      } finally {
        await sleep(0)
      }
      if (mirror === "broken") throw new Error("connection reset")
      return `from ${mirror}`
    })
    return await work.call("firstOf", Object.keys(MIRRORS).map((mirror) => () => get(mirror)))
  },
  judge({ value, operations, seconds }) {
    if (operations.length < 4) return { sentence: "not all four mirrors were asked" }
    const open = operations.find(({ how }) => how === "open")
    if (open !== undefined) return { sentence: `'${open.name}' was not ended when there was an answer` }
    const wrong = wrongValue(value, "from near")
    return tooSlow(operations, seconds, 1) ?? wrong
  },
})
