/**
 * Ends a process that computes without end. What counts is the time of the processor: a machine
 * that is busy or was suspended is no reason, and real time has no limit. A process in which
 * nothing at all happens is ended as well; how long that is counts in looks of the thread that
 * watches, which stand still with the process.
 */
import { Worker } from "node:worker_threads"

/** Seconds of the processor. */
export const PROCESSOR_LIMIT = 5
const LOOK_MS = 100
const IDLE_LOOKS = 300
/** Microseconds that looking itself may take between two looks. */
const IDLE_MICROSECONDS = 10_000

/** What is said of it is written to `file`, since the loop may not come round again. Worker code is text, as it is one file then in every build. */
const WATCH = `
const { workerData: { file, limit, every, idleLooks, idle } } = require("node:worker_threads")
const { writeFileSync } = require("node:fs")
const used = () => { const { user, system } = process.cpuUsage(); return user + system }
const begin = used()
let last = begin
let still = 0
const end = (sentence) => {
  writeFileSync(file, JSON.stringify({ passed: false, sentence, details: [] }))
  process.kill(process.pid, "SIGKILL")
}
setInterval(() => {
  const now = used()
  still = now - last < idle ? still + 1 : 0
  last = now
  if (now - begin > limit * 1e6) end("it never ends: after " + limit + " s of the processor's time it was still running; look for a loop without an end")
  if (still >= idleLooks) end("it never ends: it waits for something outside, and nothing happens any more")
}, every)
`

/** Begins to watch this process. */
export async function limitProcessor(file: string): Promise<void> {
  const workerData = { file, limit: PROCESSOR_LIMIT, every: LOOK_MS, idleLooks: IDLE_LOOKS, idle: IDLE_MICROSECONDS }
  const worker = new Worker(WATCH, { eval: true, workerData, execArgv: [] })
  await new Promise((resolve, reject) => {
    worker.once("online", resolve)
    worker.once("error", reject)
  })
  // A program that has nothing left to wait for is to end.
  worker.unref()
}
