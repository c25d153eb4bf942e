/**
 * Counting requests to cancel, and bringing them to a task.
 *
 * A request is aimed at a frame: a task's for `cancel()`, a body's for a timeout or group.
 * It reaches the waits at and below that frame. A count looks up the line from a frame to
 * its task, so what was asked of another branch of the same task does not show.
 */
import type { CancelRequest } from "./cancel-request.ts"
import type { Frame } from "./frame.ts"

/** Aims `request` at `frame`: counts it, and interrupts what is below. */
export function aim(frame: Frame, request: CancelRequest): void {
  count(frame)
  frame.root.latest = request
  const { owner } = frame
  const passing = owner?.onPath
  if (owner !== null) owner.onPath = true
  try {
    frame.interrupt(request)
  } finally {
    if (owner !== null) owner.onPath = passing === true
  }
}

/** Counts a request at `frame` that somebody else delivers. */
export function count(frame: Frame): void {
  frame.requests += 1
  frame.root.requested += 1
}

/** The requests on the line from `frame` up to its task that nobody has withdrawn. */
export function countRequests(frame: Frame): number {
  if (frame.root.requested === 0) return 0
  let sum = 0
  for (let above: Frame | null = frame; above !== null; above = above.parent) sum += above.requests
  return sum
}

/**
 * Withdraws one request on the line from `frame` up, the nearest first; returns how many
 * are left. The last one takes an undelivered error with it.
 */
export function withdraw(frame: Frame): number {
  for (let above: Frame | null = frame; above !== null; above = above.parent) {
    if (above.requests > 0) {
      above.requests -= 1
      above.root.requested -= 1
      break
    }
  }
  const left = countRequests(frame)
  if (left === 0) {
    for (let above = frame.parent; above !== null; above = above.parent) above.forgiveLine()
    frame.forgive()
  }
  return left
}

/**
 * Makes the next await of `frame`'s line throw, without counting a new request: for who
 * swallowed a cancellation to tell of something else, and owes it to the line. Nothing is
 * owed where no request counts.
 */
export function renew(frame: Frame, request: CancelRequest): void {
  let holder: Frame | null = frame
  while (holder !== null && holder.requests === 0) holder = holder.parent
  if (holder === null) return
  withdraw(frame)
  count(holder)
  frame.deliverLater(request, false)
}

/** A task to which a request is being brought. */
export interface Target {
  readonly frame: Frame
  /** Whether the request passes through this task just now. */
  onPath: boolean
}

interface Step {
  readonly target: Target
  readonly request: CancelRequest
  readonly leave: boolean
}

/** A request is being brought somewhere; further ones wait in `found`. */
let underWay = false
const found: Step[] = []

/**
 * Interrupts a task, and the tasks that it awaits, and those that they await: depth first,
 * like the recursion it replaces, which a chain of some thousand tasks would overflow and a
 * cycle never leave.
 */
export function interruptTask(target: Target, request: CancelRequest): void {
  if (underWay) {
    found.push({ target, request, leave: false })
    return
  }
  underWay = true
  target.onPath = true
  try {
    aim(target.frame, request)
    if (found.length > 0) followFound()
  } finally {
    for (const step of found.splice(0)) step.target.onPath = false
    target.onPath = false
    underWay = false
  }
}

function followFound(): void {
  const stack = found.splice(0).reverse()
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    const { target, request } = step
    if (step.leave) {
      target.onPath = false
    } else if (!target.onPath) {
      target.onPath = true
      stack.push({ target, request, leave: true })
      aim(target.frame, request)
      stack.push(...found.splice(0).reverse())
    }
  }
}
