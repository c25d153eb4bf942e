/**
 * `asyncio-ts jobs`: how a queue stands, and what has failed in it.
 */
import { DistributedExecutor } from "../executors/distributed/distributed-executor.ts"
import type { DeadLetter, DeadLetters } from "../executors/distributed/dead-letters.ts"
import { isCancellation } from "../errors/cancelled-error.ts"
import { KeyboardInterrupt } from "../errors/keyboard-interrupt.ts"
import { installHost } from "../host/host.ts"
import { nodeHost } from "../host/node.ts"
import { run } from "../tasks/runner.ts"
import { sleep } from "../tasks/sleep.ts"
import { JOBS_HELP, parseJobs, type JobsCommand } from "./worker-arguments.ts"
import { CannotServe } from "./worker-mistake.ts"
import { QueueScreen } from "./worker-screen.ts"

installHost(nodeHost)

/** @throws UsageError, CannotServe */
export async function jobsCommand(argv: readonly string[]): Promise<number> {
  const command = parseJobs(argv)
  if (command === "help") {
    console.log(JOBS_HELP)
    return 0
  }
  // Somebody has to listen until the end, or the signal is raised again when all is closed.
  process.on("SIGINT", () => undefined)
  try {
    return await run(() => perform(command))
  } catch (error) {
    // To look until Ctrl-C is what was asked for.
    if (error instanceof KeyboardInterrupt) return command.action === "show" ? 0 : 130
    throw error
  }
}

async function perform(command: JobsCommand): Promise<number> {
  const { redis = process.env["REDIS_URL"], queue, prefix } = command
  let executor: DistributedExecutor | undefined
  try {
    executor = new DistributedExecutor({ redis, queue, prefix })
    return command.action === "show" ? await show(executor, command) : await treat(executor.deadLetters(), command)
  } catch (error) {
    throw isCancellation(error) ? error : CannotServe.because(error)
  } finally {
    await executor?.shutdown()
  }
}

async function show(executor: DistributedExecutor, { once, json, every }: JobsCommand): Promise<number> {
  const screen = new QueueScreen(process.stdout, json)
  for (;;) {
    screen.show(await executor.queueStatistics())
    if (once) return 0
    await sleep(every)
  }
}

async function treat(letters: DeadLetters, { action, ids, all, json }: JobsCommand): Promise<number> {
  if (action === "failed") {
    let count = 0
    for await (const letter of letters) {
      count += 1
      console.log(json ? JSON.stringify(asJson(letter)) : lineOf(letter))
    }
    if (!json) console.log(count === 0 ? "nothing has failed" : `${count} ${count === 1 ? "job has" : "jobs have"} failed; asyncio-ts jobs retry ID puts one back, drop ID forgets it`)
    return 0
  }
  const done = action === "retry" ? "back in the queue" : "forgotten"
  if (all) {
    console.log(`${await (action === "retry" ? letters.retryAll() : letters.dropAll())} ${done}`)
    return 0
  }
  let missing = 0
  for (const id of ids) {
    const found = await (action === "retry" ? letters.retry(id) : letters.drop(id))
    if (!found) missing += 1
    if (found) console.log(`${id}: ${done}`)
    else console.error(`asyncio-ts: no failed job has the ID ${id}; asyncio-ts jobs failed lists those there are`)
  }
  return missing === 0 ? 0 : 1
}

function lineOf({ id, failedAt, attempts, reason }: DeadLetter): string {
  return `${failedAt.toISOString()}  ${id}  ${attempts} ${attempts === 1 ? "attempt" : "attempts"}  ${reason}`
}

function asJson({ id, name, attempts, failedAt, reason }: DeadLetter): object {
  return { kind: "failed", id, name, attempts, failedAt, reason }
}
