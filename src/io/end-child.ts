import { host } from "../host/host.ts"
import type { ChildTransport } from "./child-transport.ts"
import type { SubprocessOptions } from "./subprocess-options.ts"

const GRACE = 5

/**
 * Closes the pipes and ends the child: by `SIGKILL`, or by a signal that it can answer and,
 * if it outlives that, by `SIGKILL`. Of a session of its own, nobody outlives its leader.
 */
export function endChild(transport: ChildTransport, { killSignal = "SIGKILL", graceSeconds = GRACE }: SubprocessOptions): void {
  const kill = (): void => transport.signalAll("SIGKILL")
  if (transport.getReturncode() !== undefined) {
    transport.end("SIGKILL")
    return
  }
  transport.end(killSignal)
  if (killSignal === "SIGKILL" || killSignal === 9) return
  const timer = host.setTimer(Math.max(0, graceSeconds), kill)
  transport.onExit(() => {
    host.clearTimer(timer)
    kill()
  })
}
