/**
 * What is wrong with a program, from what was seen of it: first what is wrong in any program, then what the exercise asks for.
 */
import type { Evidence, Operation } from "./evidence.ts"
import type { Problem, ProgramExercise } from "./exercise.ts"
import { secondsText } from "./seconds-text.ts"

/** The library's own words. */
const NEVER_AGAIN = "nothing can ever happen again"
/** As near as sums of decimal fractions come. */
const EXACT = 1e-6
const COUNTS = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]

export function judgeProgram(exercise: ProgramExercise, evidence: Evidence): Problem | undefined {
  return inAnyProgram(evidence) ?? exercise.judge(evidence)
}

function inAnyProgram({ deadlock, warnings, blocking, error, unhandled, left }: Evidence): Problem | undefined {
  if (deadlock !== undefined) {
    return { sentence: `${NEVER_AGAIN}: ${deadlock.sentences[0] ?? "every task waits, and nobody is left to wake one"}`, details: deadlock.table }
  }
  const thrown = error?.thrown
  // Found by the host, which has nothing left to do: then who waits is known by the message alone.
  if (thrown instanceof Error && thrown.message.includes(NEVER_AGAIN)) {
    return { sentence: `${NEVER_AGAIN}: a task waits for a bare promise that nothing will ever settle`, details: thrown.message.split("\n").slice(1) }
  }
  const forgotten = warnings.find(({ code }) => code === "ASYNCIO_NEVER_AWAITED")
  if (forgotten !== undefined) {
    const name = /'(.*?)'/.exec(forgotten.message)?.[1] ?? "a coroutine"
    return { sentence: `a forgotten await: coroutine '${name}' was made and never awaited, so nothing of it ran`, details: forgotten.message.split("\n").slice(1) }
  }
  if (blocking.length > 0) {
    const calls = [...new Set(blocking)].join(", ")
    return { sentence: `a blocking call: ${calls} ran on the loop's thread ${timesText(blocking.length)}, and every other task stood still meanwhile` }
  }
  const swallowed = warnings.find(({ code }) => code === "ASYNCIO_SWALLOWED_CANCELLATION")
  if (swallowed !== undefined) return { sentence: "a swallowed cancellation: the CancelledError was caught and not thrown on", details: swallowed.message.split("\n") }
  if (error !== undefined) return { sentence: `the program failed: ${errorText(error.thrown)}` }
  const [lost] = unhandled
  if (lost !== undefined) return { sentence: `an error that nobody took: ${lost.split("\n")[0] ?? ""}; await the task that fails` }
  if (left.length > 0) return { sentence: `${left.length === 1 ? "a task was" : `${countText(left.length)} tasks were`} left behind when the program had returned: ${left.join(", ")}` }
  return undefined
}

/** A sentence if `operations` took longer in all than `aim`; it says whether they ran one after another. */
export function tooSlow(operations: readonly Operation[], seconds: number, aim: number): Problem | undefined {
  if (seconds <= aim + EXACT) return undefined
  const took = `${secondsText(seconds)}; the aim is ${secondsText(aim)}`
  if (operations.length > 1 && mostAtOnce(operations) === 1) return { sentence: `these ${countText(operations.length)} ran one after another: ${took}` }
  return { sentence: `it took ${took}` }
}

/** A sentence if the operation was not used as often as asked for: a result can be made up. */
export function notUsed(operations: readonly Operation[], name: string, times: number): Problem | undefined {
  const used = operations.filter((operation) => operation.name === name || operation.name.startsWith(`${name} `)).length
  return used === times ? undefined : { sentence: `${name} was ${used === 0 ? "never called" : `called ${timesText(used)}`}; the aim is ${timesText(times)}` }
}

/** How many of them ran at the same time, at most. */
export function mostAtOnce(operations: readonly Operation[]): number {
  return Math.max(0, ...operations.map(({ from }) => operations.filter((other) => other.from <= from + EXACT && other.to > from + EXACT).length))
}

/** A sentence if `value` is not what was asked for; it says whether only the order differs. */
export function wrongValue(value: unknown, aim: unknown): Problem | undefined {
  const [has, wants] = [textOf(value), textOf(aim)]
  if (has === wants) return undefined
  if (Array.isArray(value) && Array.isArray(aim) && textOf([...value].map(textOf).sort()) === textOf([...aim].map(textOf).sort())) {
    return { sentence: `a result out of order: it gave ${has}; the aim is ${wants}` }
  }
  return { sentence: `it gave ${has}; the aim is ${wants}` }
}

export function textOf(value: unknown): string {
  if (value === undefined) return "nothing"
  if (typeof value === "string") return value
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}

export function errorText(error: unknown): string {
  const [line = ""] = (error instanceof Error ? `${error.name}: ${error.message}` : `it threw ${String(error)}`).split("\n")
  return line
}

export function timesText(count: number): string {
  return count === 1 ? "once" : count === 2 ? "twice" : `${countText(count)} times`
}

export function countText(count: number): string {
  return COUNTS[count] ?? String(count)
}
