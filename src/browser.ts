/**
 * Python's asyncio for TypeScript, in browsers: all that needs neither files nor sockets.
 *
 * @module
 */
import { installHost } from "./host/host.ts"
import { browserHost } from "./host/browser.ts"
import { followAwait } from "./core/follow-await.ts"

installHost({ ...browserHost, defineThen: followAwait })

export { Context, ContextVar, copyContext, Token } from "./core/context-var.ts"
export { bind } from "./core/bind.ts"
export { Coroutine } from "./core/coroutine.ts"
export { coroutine } from "./core/body-coroutine.ts"
export type { Clock } from "./core/clock.ts"
export { EventLoop, type CallbackOptions, type ExceptionHandler, type TaskFactory } from "./core/event-loop.ts"
export { Future, type FutureOptions } from "./core/future.ts"
export { Handle, TimerHandle } from "./core/handle.ts"
export {
  allTasks,
  createTask,
  currentTask,
  ensureFuture,
  getRunningLoop,
  isCoroutine,
  isFuture,
  runCoroutineThreadsafe,
  type AwaitableValue,
  type CreateTaskOptions,
} from "./core/running.ts"
export type { ExceptionContext } from "./core/scheduler.ts"
export { Task, type Startable, type TaskOptions } from "./core/task.ts"
export { waitReason, type WaitWords, type WaitWordsGiven } from "./core/wait-words.ts"
export { wrapFuture } from "./core/wrap-future.ts"
export { captureCallGraph, formatCallGraph, printCallGraph, type CallGraphOptions, type FutureCallGraph } from "./tasks/call-graph.ts"
export type { StackEntry } from "./core/stack.ts"
export { CancelledError } from "./errors/cancelled-error.ts"
export { ExceptionGroup } from "./errors/exception-group.ts"
export { KeyboardInterrupt } from "./errors/keyboard-interrupt.ts"
export { BrokenBarrierError, DeadlockError, InvalidStateError, RuntimeError } from "./errors/misuse.ts"
export { QueueEmpty, QueueFull, QueueShutDown } from "./errors/queue-errors.ts"
export { TimeoutError } from "./errors/timeout-error.ts"
export { Barrier, type BarrierStatistics } from "./sync/barrier.ts"
export { Condition, type ConditionStatistics } from "./sync/condition.ts"
export { Event, type EventStatistics } from "./sync/event.ts"
export { Held } from "./sync/held.ts"
export { Lock, type LockStatistics } from "./sync/lock.ts"
export type { PrimitiveOptions } from "./sync/primitive.ts"
export { LifoQueue, PriorityQueue, Queue, type QueueStatistics } from "./sync/queue.ts"
export { BoundedSemaphore, Semaphore, type SemaphoreStatistics } from "./sync/semaphore.ts"
export { asCompleted, type AsCompletedOptions } from "./tasks/as-completed.ts"
export { createEagerTaskFactory, eagerTaskFactory } from "./tasks/eager.ts"
export { gather, type Gatherable, type Gathered, type GatherOptions } from "./tasks/gather.ts"
export { run, Runner, type RunnerOptions, type RunOptions } from "./tasks/runner.ts"
export { settled } from "./tasks/settled.ts"
export { shield } from "./tasks/shield.ts"
export { sleep } from "./tasks/sleep.ts"
export { staggeredRace, type RaceOutcome } from "./tasks/staggered-race.ts"
export { TaskGroup, type TaskGroupOptions } from "./tasks/task-group.ts"
export { moveOnAfter, Timeout, timeout, timeoutAt } from "./tasks/timeouts.ts"
export { ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION, wait, type ReturnWhen, type WaitOptions } from "./tasks/wait.ts"
export { waitFor, type WaitForOptions } from "./tasks/wait-for.ts"
