/**
 * One random program: a few tasks, each with some calls on one object, of which some are cancelled.
 */
import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import type { Random } from "../../test/support/random.ts"
import { History, nameOf, type Call } from "./history.ts"
import type { Choice, Subject } from "./subjects.ts"

const MOST_TASKS = 4
const MOST_CALLS = 3
const MOST_CANCELLATIONS = 3
/** Seconds of virtual time, by when all that can end has ended. */
const REST = 1000
const TICK = 0.001

/** What happened; everything rests as the history ends. */
export async function trySubject(make: (random: Random) => Subject, random: Random): Promise<{ subject: Subject; history: History }> {
  const history = new History()
  const subject = await runVirtual(async () => {
    const made = make(random)
    const count = 2 + random.below(MOST_TASKS - 1)
    const tasks = Array.from({ length: count }, (_, at) => asyncio.createTask(() => live(at, made, history, random)))
    for (let left = random.below(MOST_CANCELLATIONS + 1); left > 0; left -= 1) {
      const task = random.pick(tasks)
      // At the same instant as the calls of others, or between two of them.
      asyncio.getRunningLoop().callLater(random.below(4) * TICK, () => pauseThen(random.below(4), () => task.cancel()))
    }
    await asyncio.sleep(REST)
    // What calls throw is written down; anything else that ends a task would end its part of the history unseen.
    for (const task of tasks) if (task.done() && !task.cancelled()) task.result()
    history.over = true
    for (const task of tasks) task.cancel()
    while ((await asyncio.wait(tasks, { timeout: TICK }))[1].size > 0) made.letGo?.()
    return made
  })
  return { subject, history }
}

async function live(at: number, subject: Subject, history: History, random: Random): Promise<void> {
  for (let left = 1 + random.below(MOST_CALLS); left > 0; left -= 1) {
    await rest(history, random)
    for (let choice: Choice | undefined = subject.choose(random); choice !== undefined; ) {
      const call = history.begin(at, choice.name, choice.given)
      if (!(await ended(choice, call, history))) break
      choice = choice.then?.()
      if (choice !== undefined) await rest(history, random)
    }
  }
}

/** Whether the call was not cancelled. */
async function ended(choice: Choice, call: Call, history: History): Promise<boolean> {
  try {
    const given = choice.run()
    const gave: unknown = typeof given === "object" ? await given : given
    history.end(call, typeof gave === "number" || typeof gave === "boolean" || typeof gave === "string" ? gave : "done")
    return true
  } catch (error) {
    if (history.over) throw error
    if (!(error instanceof asyncio.CancelledError)) {
      history.end(call, nameOf(error))
      return false
    }
    history.end(call, "cancelled")
    asyncio.currentTask()?.uncancel()
    // One that waits on a condition has its lock again, also if it was cancelled.
    return call.name === "wait" && choice.then !== undefined
  }
}

/** Lets others go first, or not; a cancellation that comes meanwhile is none of a call. */
async function rest(history: History, random: Random): Promise<void> {
  try {
    if (random.chance(30)) await asyncio.sleep(random.below(4) * TICK)
    for (let left = random.below(3); left > 0; left -= 1) await asyncio.sleep(0)
  } catch (error) {
    if (!(error instanceof asyncio.CancelledError) || history.over) throw error
    asyncio.currentTask()?.uncancel()
  }
}

function pauseThen(turns: number, call: () => void): void {
  if (turns === 0) call()
  else asyncio.getRunningLoop().callSoon(() => pauseThen(turns - 1, call))
}
