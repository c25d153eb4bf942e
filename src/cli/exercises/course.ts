/**
 * The exercises, in the order in which they are met.
 */
import { asyncIterator } from "./course/async-iterator.ts"
import { blockingCall } from "./course/blocking-call.ts"
import { cancellation } from "./course/cancellation.ts"
import { classify, classifyLimits } from "./course/classifications.ts"
import { createTask } from "./course/create-task.ts"
import { deadlock } from "./course/deadlock.ts"
import { drawBrews, drawLine, sleepLine, sleepTogether } from "./course/drawings.ts"
import { firstAwait } from "./course/first-await.ts"
import { gather } from "./course/gather.ts"
import { inspectTasks } from "./course/inspect-tasks.ts"
import { ownPattern } from "./course/own-pattern.ts"
import { order, orderOfEnding, sleepCancel, sleepOrCompute, sleepOrder } from "./course/predictions.ts"
import { queueWorkers } from "./course/queue-workers.ts"
import { retry } from "./course/retry.ts"
import { semaphore } from "./course/semaphore.ts"
import { sleepOnce } from "./course/sleep-once.ts"
import { taskGroup } from "./course/task-group.ts"
import { timeout } from "./course/timeout.ts"
import type { Exercise } from "./exercise.ts"

const MAIN = [firstAwait, order, gather, createTask, drawBrews, blockingCall, classify, timeout, cancellation, taskGroup, semaphore, queueWorkers, asyncIterator, retry]
const ADVANCED = [orderOfEnding, drawLine, classifyLimits, inspectTasks, deadlock, ownPattern]
const REMEDIAL = [sleepOnce, sleepOrder, sleepTogether, sleepCancel, sleepLine, sleepOrCompute]

export const COURSE: readonly Exercise[] = [...MAIN, ...ADVANCED, ...REMEDIAL]

export function exerciseCalled(name: string): Exercise | undefined {
  return COURSE.find((exercise) => exercise.name === name)
}
