import { runningLoop } from "../../core/ambient.ts"
import { close } from "../../core/coroutine.ts"
import { HostOperation, STAYS } from "../../core/host-operation.ts"
import type { RemotePlanner } from "./remote-planner.ts"

/** A call on a distributed executor that nobody has begun. */
export class RemoteCall<T> extends HostOperation<T> implements AsyncIterable<never> {
  readonly #planner: RemotePlanner

  constructor(planner: RemotePlanner, args: readonly unknown[]) {
    super({
      name: planner.label,
      detail: planner.where,
      start(done) {
        const { client } = planner
        const loop = runningLoop(`run '${planner.label}'`)
        const job = planner.job(loop, args, "once", {
          returned: (value) => done.returned(value as T), // what the job's function returns
          failed: (error) => done.failed(error),
          progress: planner.progressIn(loop),
        })
        client.submit(job)
        return (error) => {
          const stays = error !== null && job.plan.cancel === "wait" && job.state === "running"
          if (!stays) job.unlisten()
          client.cancel(job, { message: error?.reason, requestedBy: error?.requestedBy, requestedAt: undefined })
          return stays ? STAYS : undefined
        }
      },
    })
    this.#planner = planner
  }

  /** @throws TypeError since items do not travel. */
  [Symbol.asyncIterator](): AsyncIterator<never> {
    if (this.unstarted) this[close]()
    throw this.#planner.noStream()
  }
}
