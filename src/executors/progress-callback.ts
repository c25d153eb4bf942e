import { CallbackContext } from "../core/callback-context.ts"
import type { Scheduler } from "../core/scheduler.ts"
import type { ExecutionOptions } from "./execution-options.ts"

/** Calls the user's `onProgress` of the job `name` in the context of the code that asks for the job. */
export function progressCallback(loop: Scheduler, { onProgress }: ExecutionOptions, name: string): ((value: unknown) => void) | undefined {
  if (onProgress === undefined) return undefined
  const context = new CallbackContext(loop)
  return (value) => {
    if (loop.dead) return
    try {
      context.run("onProgress", onProgress, value)
    } catch (exception) {
      loop.callExceptionHandler({ message: `Exception in onProgress of '${name}'`, exception })
    }
  }
}
