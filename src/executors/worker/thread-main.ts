/**
 * What a worker thread runs.
 */
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from "node:worker_threads"
import { nameVariables } from "../../core/context-var.ts"
import { host, installHost } from "../../host/host.ts"
import { nodeHost } from "../../host/node.ts"
import type { ThreadStart } from "../pool/thread-carrier.ts"
import type { ToWorker } from "../wire/messages.ts"
import { JobRunner } from "./job-runner.ts"
import type { Parent } from "./parent.ts"

installHost(nodeHost)
nameVariables()

const port = parentPort as MessagePort // a worker's program runs in a worker
const { cell, initializer } = workerData as ThreadStart // what thread-carrier.ts starts it with
let seen = Atomics.load(cell, 0)

/** Seconds without a turn of the host's loop, in which what keeps no program alive is seen to: a socket kept for later that is closed. */
const LONGEST_REST = 0.01
/** When the last turn was, in seconds of the host's clock; null until the next one. */
let turned: number | null = host.now()

/** Gives out what was posted; whether anything was. */
function drain(give: (message: ToWorker) => void): boolean {
  seen = Atomics.load(cell, 0)
  let any = false
  for (let entry = receiveMessageOnPort(port); entry !== undefined; entry = receiveMessageOnPort(port)) {
    any = true
    give(entry.message as ToWorker) // nobody else has the other end
  }
  return any
}

/** Whether the host has nothing to wait for but this worker's port: no timer, no socket, no output on its way. */
function nothingElse(): boolean {
  const active = process.getActiveResourcesInfo()
  return active.length === 1 && active[0] === "MessagePort"
}

/** Not told by a message: the host gives out many of them in one turn. */
function turn(): void {
  turned = null
  setImmediate(() => (turned = host.now())).unref()
}

const parent: Parent = {
  canPoll: true,
  post(message, transfer) {
    port.postMessage(message, transfer === undefined ? [] : [...transfer])
  },
  poll() {
    if (Atomics.load(cell, 0) !== seen) drain((message) => runner.received(message))
  },
  rest() {
    if (!nothingElse()) return false
    while (turned !== null) {
      const left = turned + LONGEST_REST - host.now()
      if (left <= 0) turn()
      // What was counted may have come through the loop already.
      else if (drain((message) => runner.called(message))) return true
      else Atomics.wait(cell, 0, seen, left * 1000)
    }
    return false
  },
  block(seconds) {
    return Atomics.wait(cell, 0, seen, seconds === Infinity ? undefined : Math.max(0, seconds * 1000)) !== "timed-out"
  },
}
const runner = new JobRunner(parent)
await runner.initialize(initializer)
port.on("message", (message: ToWorker) => runner.called(message))
// A job that cannot be read here would never be told of: the pool is told by the end of this worker.
port.on("messageerror", (error) => {
  throw error
})
