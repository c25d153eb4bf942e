/**
 * `asyncio-ts worker`: serves jobs of other machines.
 */
import { isCancellation } from "../errors/cancelled-error.ts"
import { KeyboardInterrupt } from "../errors/keyboard-interrupt.ts"
import { getRunningLoop } from "../core/running.ts"
import { DistributedExecutor } from "../executors/distributed/distributed-executor.ts"
import { DistributedWorker } from "../executors/distributed/distributed-worker.ts"
import { workerSettings, type DistributedWorkerOptions } from "../executors/distributed/worker-options.ts"
import type { WorkerEvent } from "../executors/distributed/worker-event.ts"
import { Event } from "../sync/event.ts"
import { installHost } from "../host/host.ts"
import { nodeHost } from "../host/node.ts"
import { addSignalHandler, removeSignalHandler } from "../io/signal-handlers.ts"
import { run } from "../tasks/runner.ts"
import { sleep } from "../tasks/sleep.ts"
import { TaskGroup } from "../tasks/task-group.ts"
import { CannotServe } from "./worker-mistake.ts"
import { parseWorker, WORKER_HELP, type WorkerCommand } from "./worker-arguments.ts"
import { QueueScreen } from "./worker-screen.ts"

installHost(nodeHost)

const SIGNALS = ["SIGINT", "SIGTERM"] as const

/** @throws UsageError, CannotServe */
export async function workerCommand(argv: readonly string[]): Promise<number> {
  const command = parseWorker(argv)
  if (command === "help") {
    console.log(WORKER_HELP)
    return 0
  }
  const code = await run(() => serve(command)).catch((error: unknown) => {
    if (error instanceof KeyboardInterrupt) return 130
    throw error
  })
  // Where Redis is away BullMQ's pauses between attempts would keep the process for some seconds.
  process.exit(code)
}

async function serve(command: WorkerCommand): Promise<number> {
  const { json, verbose, dashboard, modules, redis = process.env["REDIS_URL"], ...rest } = command
  const screen = new QueueScreen(process.stdout, json)
  const tell = (event: WorkerEvent): void => {
    const line = json ? JSON.stringify(event) : lineOf(event, verbose)
    if (line !== undefined) screen.tell(line)
  }
  const options: DistributedWorkerOptions = { ...rest, redis, modules, onEvent: tell }
  const { worker, settings } = makeWorker(options)
  try {
    await worker.start()
  } catch (error) {
    throw CannotServe.because(error)
  }
  const { queue, target, concurrency, grace, name } = settings
  const functions = Object.fromEntries(worker.functions)
  if (json) {
    screen.tell(JSON.stringify({ kind: "serving", queue, redis: target.where, worker: name, concurrency, functions }))
  } else {
    screen.tell(`serving queue '${queue}' in Redis at ${target.where} as ${name}, with ${concurrency} ${concurrency === 1 ? "thread" : "threads"}`)
    for (const [module, names] of Object.entries(functions)) screen.tell(`  ${module}: ${names.join(", ")}`)
    screen.tell(`Ctrl-C ends it, after ${grace} s for what runs`)
  }
  await untilAsked(worker, grace, dashboard ? () => watch(options, screen) : undefined, (line) => json || screen.tell(line))
  if (json) screen.tell(JSON.stringify({ kind: "ended", ...worker.statistics() }))
  else screen.tell(farewell(worker))
  return 0
}

function makeWorker(options: DistributedWorkerOptions): { readonly worker: DistributedWorker; readonly settings: ReturnType<typeof workerSettings> } {
  try {
    return { worker: new DistributedWorker(options), settings: workerSettings(options) }
  } catch (error) {
    throw CannotServe.because(error)
  }
}

/** Serves until a signal comes; a second one makes haste, and a third ends the process. */
async function untilAsked(worker: DistributedWorker, grace: number, meanwhile: (() => Promise<void>) | undefined, say: (line: string) => unknown): Promise<void> {
  const loop = getRunningLoop()
  const asked = new Event()
  let times = 0
  const heard = (): void => {
    times += 1
    if (times === 1) {
      const running = worker.statistics().running.length
      if (running > 0) say(`ending: ${running} ${running === 1 ? "job has" : "jobs have"} ${grace} s; once more hands them back at once`)
      asked.set()
    } else if (times === 2) {
      loop.createTask(() => worker.shutdown({ grace: 0 }))
    } else {
      process.exit(130)
    }
  }
  for (const signal of SIGNALS) addSignalHandler(loop, signal, heard)
  try {
    await new TaskGroup().run(async (group) => {
      const watching = meanwhile === undefined ? undefined : group.createTask(meanwhile)
      await asked.wait()
      watching?.cancel()
    })
    await worker.shutdown()
  } finally {
    for (const signal of SIGNALS) removeSignalHandler(loop, signal)
  }
}

async function watch(options: DistributedWorkerOptions, screen: QueueScreen): Promise<void> {
  const { redis, queue, prefix } = options
  const executor = new DistributedExecutor({ redis, queue, prefix })
  try {
    for (;;) {
      try {
        screen.show(await executor.queueStatistics())
      } catch (error) {
        if (isCancellation(error)) throw error
        screen.tell(`the queue cannot be looked at: ${error instanceof Error ? error.message : String(error)}`)
      }
      await sleep(1)
    }
  } finally {
    await executor.shutdown()
  }
}

function lineOf(event: WorkerEvent, verbose: boolean): string | undefined {
  switch (event.kind) {
    case "began":
      return verbose ? `began ${event.name}${event.attempt > 1 ? `, attempt ${event.attempt}` : ""} (${event.id})` : undefined
    case "done":
      return verbose ? `done ${event.name} in ${seconds(event.seconds)} (${event.id})` : undefined
    case "failed":
      return `failed ${event.name} after ${seconds(event.seconds)}${event.final ? "" : ", to be tried again"}: ${event.reason} (${event.id})`
    case "cancelled":
      return verbose ? `cancelled ${event.name}: ${event.reason} (${event.id})` : undefined
    case "handed back":
      return `handed back ${event.name} (${event.id})`
    case "lost":
      return `lost ${event.name}: this worker was not heard of for too long, and another has it (${event.id})`
    case "recovered":
      return `recovered ${event.id}: the worker that had it was lost`
    case "redis lost":
      return "Redis is gone; waiting for it to come back"
    case "redis back":
      return `Redis is back after ${seconds(event.seconds)}`
    case "trouble":
      return `trouble: ${event.message}`
  }
}

function farewell(worker: DistributedWorker): string {
  const { done, failed, cancelled, handedBack } = worker.statistics()
  return `ended: ${done} done, ${failed} failed, ${cancelled} cancelled, ${handedBack} handed back`
}

function seconds(value: number): string {
  return value < 10 ? `${value.toFixed(2)} s` : `${Math.round(value)} s`
}

