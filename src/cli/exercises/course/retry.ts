import { createTask } from "../../../core/running.ts"
import { CancelledError } from "../../../errors/cancelled-error.ts"
import { wait } from "../../../tasks/wait.ts"
import { sleep } from "../../../tasks/sleep.ts"
import { defineProgram } from "../define-program.ts"
import { errorText, textOf, timesText } from "../judge-program.ts"

interface Tried {
  /** What came of an answer at the third attempt, and when the attempts began. */
  readonly third: unknown
  readonly at: readonly number[]
  /** When it was tried where it always fails, and the error then. */
  readonly never: readonly number[]
  readonly error: string
  /** The attempts of a task that was cancelled during the second pause. */
  readonly cancelled: number
  readonly ended: boolean
  /** The same of one that was cancelled during its first attempt. */
  readonly inCall: { readonly attempts: number; readonly ended: boolean }
}

async function outcome(call: () => unknown): Promise<string> {
  try {
    return textOf(await call())
  } catch (error) {
    if (error instanceof CancelledError) throw error
    return errorText(error)
  }
}

export const retry = defineProgram({
  name: "retry",
  title: "Try again, with patience",
  track: "main",
  objective: "end",
  remedial: "sleep-once",
  hints: ["A loop over the attempts, with a sleep that doubles between them.", "Catch what the call throws; after the fourth attempt throw it on. A CancelledError is no reason to try again: it comes at an await, so keep the sleep outside of the try.", "`retry` of asyncio-ts/flow does it: retry(call, { attempts: 4, delay: 1, jitter: \"none\" })"],
  async drive(work, kit) {
    const failing = (until: number): { readonly at: number[]; readonly call: () => unknown } => {
      const at: number[] = []
      const from = kit.time()
      return { at, call: kit.operation("call", async () => {
        at.push(kit.time() - from)
        await sleep(0)
        if (at.length < until) throw new Error(`busy ${at.length}`)
        return "an answer"
      }) }
    }
    const third = failing(3)
    const value = await outcome(() => work.call("patiently", third.call))
    const never = failing(Infinity)
    const error = await outcome(() => work.call("patiently", never.call))
    const ended = failing(Infinity)
    const task = createTask(() => outcome(() => work.call("patiently", ended.call)), { name: "cancelled" })
    await sleep(2)
    task.cancel()
    await wait([task])
    let attempts = 0
    const slow = kit.operation("call", async () => {
      attempts += 1
      await sleep(60)
      return "late"
    })
    const calling = createTask(() => outcome(() => work.call("patiently", slow)), { name: "cancelled in its call" })
    await sleep(1)
    calling.cancel()
    await wait([calling])
    const inCall = { attempts, ended: calling.cancelled() }
    const tried: Tried = { third: value, at: third.at, never: never.at, error, cancelled: ended.at.length, ended: task.cancelled(), inCall }
    return tried
  },
  judge({ value }) {
    const { third, at, never, error, cancelled, ended, inCall } = value as Tried // as drive gives it
    if (third !== "an answer") return { sentence: `a call that succeeds at the third attempt was tried ${timesText(at.length)} and gave '${textOf(third)}'` }
    if (at.join() !== "0,1,3") return { sentence: `the three attempts began at ${at.join(", ")} s; the aim is 0, 1, 3 s: a pause of 1 s, then of 2 s` }
    if (never.length !== 4) return { sentence: `a call that always fails was tried ${timesText(never.length)}; the aim is four times` }
    if (never.join() !== "0,1,3,7") return { sentence: `the four attempts began at ${never.join(", ")} s; the aim is 0, 1, 3, 7 s: pauses of 1, 2 and 4 s` }
    if (error !== "Error: busy 4") return { sentence: `after the last attempt it gave '${error}'; the aim is the error of that attempt` }
    if (!ended || cancelled !== 2) return { sentence: "it was cancelled during its second pause, and went on: a cancellation is not tried again" }
    if (!inCall.ended || inCall.attempts !== 1) return { sentence: "it was cancelled during a call, and went on: a cancellation is not tried again" }
    return undefined
  },
})
