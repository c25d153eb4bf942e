/**
 * Python's asyncio for TypeScript.
 *
 * @module
 */
import { installHost } from "./host/host.js";
import { nodeHost } from "./host/node.js";
installHost(nodeHost);
export { Context, ContextVar, copyContext, Token } from "./core/context-var.js";
export { bind } from "./core/bind.js";
export { Coroutine } from "./core/coroutine.js";
export { coroutine } from "./core/body-coroutine.js";
export { EventLoop } from "./core/event-loop.js";
export { Future } from "./core/future.js";
export { Handle, TimerHandle } from "./core/handle.js";
export { allTasks, createTask, currentTask, ensureFuture, getRunningLoop, isCoroutine, isFuture, runCoroutineThreadsafe, } from "./core/running.js";
export { Task } from "./core/task.js";
export { wrapFuture } from "./core/wrap-future.js";
export { CancelledError } from "./errors/cancelled-error.js";
export { ExceptionGroup } from "./errors/exception-group.js";
export { KeyboardInterrupt } from "./errors/keyboard-interrupt.js";
export { BrokenBarrierError, DeadlockError, InvalidStateError, RuntimeError } from "./errors/misuse.js";
export { QueueEmpty, QueueFull, QueueShutDown } from "./errors/queue-errors.js";
export { IncompleteReadError, LimitOverrunError } from "./errors/stream-errors.js";
export { TimeoutError } from "./errors/timeout-error.js";
export { Barrier } from "./sync/barrier.js";
export { Condition } from "./sync/condition.js";
export { Event } from "./sync/event.js";
export { Held } from "./sync/held.js";
export { Lock } from "./sync/lock.js";
export { LifoQueue, PriorityQueue, Queue } from "./sync/queue.js";
export { BoundedSemaphore, Semaphore } from "./sync/semaphore.js";
export { asCompleted } from "./tasks/as-completed.js";
export { createEagerTaskFactory, eagerTaskFactory } from "./tasks/eager.js";
export { gather } from "./tasks/gather.js";
export { run, Runner } from "./tasks/runner.js";
export { settled } from "./tasks/settled.js";
export { shield } from "./tasks/shield.js";
export { sleep } from "./tasks/sleep.js";
export { staggeredRace } from "./tasks/staggered-race.js";
export { TaskGroup } from "./tasks/task-group.js";
export { moveOnAfter, Timeout, timeout, timeoutAt } from "./tasks/timeouts.js";
export { ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION, wait } from "./tasks/wait.js";
export { waitFor } from "./tasks/wait-for.js";
