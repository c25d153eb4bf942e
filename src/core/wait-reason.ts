/**
 * What a line of code waits for, in words: derived when somebody looks.
 */
import { currentFrame, type Frame } from "./frame.ts"
import { FutureWait } from "./future.ts"
import { reasonOfFuture } from "./future-words.ts"
import { Glance } from "./glance.ts"
import { FOREIGN, type WaitReason } from "./observer.ts"
import { severalOpen } from "./several-open.ts"
import { watchedBy } from "./watching-future.ts"
import { span } from "./words.ts"
import type { Wait } from "./wait.ts"

/** Why `wait` waits; it is never without words, and never throws. */
export function reasonOf(wait: Wait, glance = new Glance()): WaitReason {
  const reason = told(wait, glance)
  const { frame } = wait
  if (frame === null) return reason
  const deadline = deadlineOf(frame)
  if (deadline === Infinity || (reason.until ?? Infinity) <= deadline) return reason
  const left = span(deadline - glance.now(frame.loop), 2)
  return { ...reason, text: `${reason.text}; timeout in ${left}`, until: deadline, internal: false }
}

function told(wait: Wait, glance: Glance): WaitReason {
  try {
    const watched = watchedBy.get(wait)
    if (watched !== undefined) return severalOpen(wait.info().kind, watched(), watched.more)
    if (wait instanceof FutureWait) {
      const { frame, future, since } = wait as FutureWait<unknown>
      return reasonOfFuture(future, glance, frame === null ? "" : `, ${glance.ago(since, frame.loop)}`)
    }
    const reason = wait.reason?.(glance)
    if (reason !== undefined) return reason
  } catch {
    // What a program says of its own may fail; what is known without it is told then.
  }
  const info = wait.info()
  const { kind, detail } = info
  const { frame, until } = wait
  if (until !== undefined && frame !== null) return { ...info, text: `timer, ${span(until - glance.now(frame.loop), 2)} left`, until }
  if (kind === "sleep") return { ...info, text: wait.state === "pending" ? "a timer without end" : "the next turn of the loop" }
  const since = frame === null ? "" : `, ${glance.ago(wait.since, frame.loop)}`
  return { ...info, text: (detail === undefined ? kind : `${kind} ${detail}`) + since }
}

/** When the first of the timeouts round `frame` is over. */
function deadlineOf(frame: Frame): number {
  let deadline = Infinity
  for (let outer: Frame | null = frame; outer !== null; outer = outer.parent) {
    if (outer.deadline !== null && outer.deadline < deadline) deadline = outer.deadline
  }
  return deadline
}

/** The same for code that awaits something that is not of this library; undefined where it runs, or awaits what is. */
export function foreignReason(frame: Frame, glance = new Glance()): WaitReason | undefined {
  const { loop, foreignSince } = frame
  if (frame.first !== null || frame.ended || foreignSince < 0 || loop.inTurn(frame) || currentFrame() === frame) return undefined
  const deadline = deadlineOf(frame)
  const text = `a foreign promise since ${glance.ago(foreignSince, loop)}`
  if (deadline === Infinity) return { ...FOREIGN, text }
  return { ...FOREIGN, text: `${text}; timeout in ${span(deadline - glance.now(loop), 2)}`, until: deadline }
}
