import { AttachError } from "./attach-error.ts"
import { isAlive, type ProcessFacts } from "./process-facts-node.ts"

/** @throws AttachError if the process is not one that this user may signal */
export function checkOwner({ pid, uid }: ProcessFacts): void {
  const own = process.geteuid?.()
  if (own === undefined || own === 0 || own === uid) return
  throw new AttachError("not this user's", `process ${pid} belongs to user ${uid}, and you are ${own}: run this as that user`)
}

/** @throws AttachError if there is no such process */
export function checkRunning(pid: number): void {
  if (!isAlive(pid)) throw new AttachError("no such process", `there is no process ${pid}`)
}
