import { sleep } from "../../../tasks/sleep.ts"
import { defineProgram } from "../define-program.ts"
import { textOf } from "../judge-program.ts"
import { secondsText } from "../seconds-text.ts"

interface Asked {
  readonly value: unknown
  readonly seconds: number
  readonly closed: number
}

/** One that answers in time, and one that does not. */
const ANSWERS = [{ after: 0.5, aim: "42", seconds: 0.5 }, { after: 60, aim: "too late", seconds: 1 }] as const

export const timeout = defineProgram({
  name: "timeout",
  title: "Give up after a second, and close",
  track: "main",
  objective: "end",
  remedial: "sleep-cancel",
  hints: ["Two things are missing: a limit in time, and a clean-up that comes whatever happens.", "`asyncio.timeout(1).run(() => …)` ends its body after a second with a TimeoutError. What stands in `finally` runs then, too.", "try { return await asyncio.timeout(1).run(() => connection.query()) } catch (error) { … } finally { await connection.close() }"],
  async drive(work, kit) {
    const asked: Asked[] = []
    for (const { after } of ANSWERS) {
      let closed = 0
      const connection = {
        query: kit.operation("query", async () => {
          await sleep(after)
          return "42"
        }),
        close: kit.operation("close", async () => {
          closed += 1
        }),
      }
      const from = kit.time()
      asked.push({ value: await work.call("ask", connection), seconds: kit.time() - from, closed })
    }
    return asked
  },
  judge({ value }) {
    for (const [at, { value: given, seconds, closed }] of (value as readonly Asked[]).entries()) { // as drive gives it
      const { after, aim, seconds: most } = ANSWERS[at === 0 ? 0 : 1]
      const what = `a query that takes ${secondsText(after)}`
      if (seconds > most) return { sentence: `${what} was waited for ${secondsText(seconds)}; the aim is to give up after 1.0 s` }
      if (closed === 0) return { sentence: `after ${what} the connection was never closed` }
      if (closed > 1) return { sentence: `after ${what} the connection was closed more than once` }
      if (given !== aim) return { sentence: `${what} gave ${textOf(given)}; the aim is ${aim}` }
    }
    return undefined
  },
})
