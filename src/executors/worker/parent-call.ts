import { RuntimeError } from "../../errors/misuse.ts"
import { HostOperation } from "../../core/host-operation.ts"
import type { ModuleWork } from "../wire/messages.ts"
import { currentJob, type JobFacts } from "./current-job.ts"
import type { CallListener } from "./parent-calls.ts"

/** A call on the parent's loop that nobody has begun; awaited it runs there as a task. */
export class ParentCall<T> extends HostOperation<T> {
  /** The job that may make it. */
  readonly job: JobFacts
  readonly work: ModuleWork
  readonly #args: readonly unknown[]

  constructor(job: JobFacts, work: ModuleWork, args: readonly unknown[]) {
    super({
      name: work.name,
      detail: "on the parent's loop",
      start: (done) => {
        const id = this.ask({
          returned: (value) => done.returned(value as T), // what the module's function returns
          failed: (error) => done.failed(error),
        })
        return (error) => job.calls.forget(id, error?.reason)
      },
    })
    this.job = job
    this.work = work
    this.#args = args
  }

  /** Asks for the call; returns its number. @throws as `ParentCalls.ask`; RuntimeError once its job has ended. */
  ask(listener: CallListener): number {
    if (currentJob() !== this.job) {
      throw new RuntimeError(`cannot call '${this.work.name}' on the parent's loop: the job that asked for parentLoop() has ended`)
    }
    return this.job.calls.ask(this.job, this.work, this.#args, listener)
  }
}
