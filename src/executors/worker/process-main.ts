/**
 * What a worker process runs.
 */
import { nameVariables } from "../../core/context-var.ts"
import { installHost } from "../../host/host.ts"
import { nodeHost } from "../../host/node.ts"
import { packed } from "../wire/copy-value.ts"
import type { PoolSettings } from "../pool/pool-settings.ts"
import type { ToWorker } from "../wire/messages.ts"
import { JobRunner } from "./job-runner.ts"
import type { Parent } from "./parent.ts"

installHost(nodeHost)
nameVariables()
process.title = `asyncio-ts worker ${process.argv[2] ?? ""}`
// Ctrl-C reaches the whole group: what becomes of the jobs is for the program to say.
process.on("SIGINT", () => undefined)
process.on("disconnect", () => process.exit(0))

const parent: Parent = {
  canPoll: false,
  post(message) {
    // A program that is gone hears nothing; without a callback that would be an uncaught error here.
    if (process.connected) process.send?.(packed(message), undefined, undefined, () => undefined)
  },
  poll() {
    // A pipe cannot be looked into.
  },
  rest: () => false,
  block() {
    return false
  },
}
const runner = new JobRunner(parent)
type First = { readonly kind: "initialize"; readonly initializer?: PoolSettings["initializer"] }

process.once("message", (first: First) => {
  process.on("message", (message: ToWorker) => runner.received(message))
  void runner.initialize(first.initializer)
})
