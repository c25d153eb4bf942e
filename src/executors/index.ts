/**
 * Somewhere to go for what computes or blocks: threads, processes, many machines.
 *
 * @module
 */
import { installHost } from "../host/host.ts"
import { nodeHost } from "../host/node.ts"

installHost(nodeHost)

export type { ExecutionOptions } from "./execution-options.ts"
export type { Executor, ExecutorStatistics, RunningJob, ShutdownOptions } from "./executor.ts"
export { currentJobKey } from "./distributed/current-job-key.ts"
export type { DeadLetter, DeadLetters } from "./distributed/dead-letters.ts"
export { DistributedExecutor, type DistributedCalls, type QueueView } from "./distributed/distributed-executor.ts"
export type { DistributedJobOptions, DistributedOptions, QueueOptions } from "./distributed/distributed-options.ts"
export { DistributedWorker, type DistributedWorkerStatistics } from "./distributed/distributed-worker.ts"
export { onceInPostgres, onceTable, type OnceConnection } from "./distributed/once-in-postgres.ts"
export { onceInRedis, type Once, type RedisClient, type RedisCommand } from "./distributed/once-in-redis.ts"
export type { QueueJob, JobQueueStatistics } from "./distributed/queue-statistics.ts"
export type { RedisAddress } from "./distributed/redis-address.ts"
export type { WorkerEvent } from "./distributed/worker-event.ts"
export type { DistributedWorkerOptions } from "./distributed/worker-options.ts"
export { InterpreterPoolExecutor } from "./interpreter-pool-executor.ts"
export type { JobStream } from "./job-stream.ts"
export type { ExecutorMapOptions } from "./map-jobs.ts"
export type { CallOf, ModuleCalls } from "./module-calls.ts"
export type { CancelMode } from "./pool/job.ts"
export type { WorkerPoolOptions } from "./pool/pool-settings.ts"
export type { PoolView } from "./pool-executor.ts"
export { ProcessPoolExecutor } from "./process-pool-executor.ts"
export { ThreadPoolExecutor } from "./thread-pool-executor.ts"
export { transfer, type Transferable } from "./wire/transfer.ts"
export { currentSignal, reportProgress } from "./worker/current-job.ts"
export { parentLoop, type ParentLoop, type ParentModule } from "./worker/parent-loop.ts"
export type { ThreadFuture } from "../core/thread-future.ts"
export { WorkerCrashError } from "../errors/worker-errors.ts"
