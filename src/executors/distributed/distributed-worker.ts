import { Shown } from "../../structures/shown.ts"
import { BodyCoroutine } from "../../core/body-coroutine.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import { hostOperation } from "../../core/host-operation.ts"
import { RuntimeError } from "../../errors/misuse.ts"
import { host } from "../../host/host.ts"
import { atRoot } from "../../host/node.ts"
import { checkSeconds } from "../../structures/arguments.ts"
import { workerSettings, type DistributedWorkerOptions, type WorkerSettings } from "./worker-options.ts"
import { WorkerService } from "./worker-service.ts"

/** How a worker stands. */
export interface DistributedWorkerStatistics {
  readonly name: string
  readonly queue: string
  readonly concurrency: number
  readonly connected: boolean
  readonly running: readonly { readonly id: string; readonly name: string; readonly age: number; readonly ending: string | null }[]
  readonly done: number
  readonly failed: number
  readonly cancelled: number
  readonly handedBack: number
}

/**
 * Serves the exported functions of modules to `DistributedExecutor`s anywhere, each job in a
 * thread; what `npx asyncio-ts worker` runs.
 *
 * @throws TypeError or RangeError naming the option; FileNotFoundError for a module that is not there.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { DistributedWorker } from "asyncio-ts/executors"
 *
 * await asyncio.run(async () => {
 *   const worker = new DistributedWorker({ redis: "redis://127.0.0.1:1", modules: [new URL(import.meta.url)] })
 *   await worker.start().catch((error: Error) => console.log(error.name)) // -> ConnectionRefusedError
 * })
 * ```
 */
export class DistributedWorker extends Shown implements AsyncDisposable {
  readonly #settings: WorkerSettings
  #service: WorkerService | null = null
  #state: "new" | "starting" | "serving" | "ending" | "ended" = "new"
  #hurry: () => void = () => undefined

  constructor(options: DistributedWorkerOptions) {
    super()
    this.#settings = workerSettings(options)
  }

  toString(): string {
    return `<DistributedWorker '${this.#settings.name}' of queue '${this.#settings.queue}' [${this.#state}]>`
  }

  /** The names of the functions that are served, by module; empty before `start`. */
  get functions(): ReadonlyMap<string, readonly string[]> {
    return this.#service?.functions ?? new Map()
  }

  /**
   * Loads the modules, connects, and takes jobs until `shutdown`.
   *
   * @throws what a module throws when it is loaded; TypeError if it exports no function; as a
   * call of `DistributedExecutor` if Redis cannot be reached.
   */
  start(): Coroutine<void> {
    return new BodyCoroutine("DistributedWorker.start", async () => {
      if (this.#state !== "new") throw new RuntimeError(`${this.toString()} was started before; make a new one`)
      this.#state = "starting"
      try {
        this.#service = await hostOperation<WorkerService>({
          name: "DistributedWorker.start",
          detail: this.#settings.target.where,
          start: (done) => {
            void atRoot(() => WorkerService.open(this.#settings)).then(
              (service) => done.returned(service),
              (error: unknown) => done.failed(error),
            )
          },
          discard: (service) => void service.close(service.stop()),
        })
        this.#state = "serving"
      } catch (error) {
        this.#state = "ended"
        throw error
      }
    })
  }

  /**
   * Takes no more jobs, gives those that run `grace` seconds, hands the rest back to the queue,
   * where others get them at once, and closes everything. Called once more it hands back at once.
   */
  shutdown({ grace = this.#settings.grace }: { readonly grace?: number | undefined } = {}): Coroutine<void> {
    checkSeconds(grace, "grace of shutdown")
    return new BodyCoroutine("DistributedWorker.shutdown", async () => {
      const service = this.#service
      if (this.#state === "ending") {
        this.#hurry()
        return
      }
      if (service === null || this.#state !== "serving") return
      this.#state = "ending"
      const stopped = service.stop()
      try {
        await this.#drained(service, grace)
      } finally {
        service.handBack()
        await hostOperation<void>({
          name: "DistributedWorker.shutdown",
          start: (done) => void service.close(stopped).then(() => done.returned(undefined)),
        })
        this.#state = "ended"
      }
    })
  }

  statistics(): DistributedWorkerStatistics {
    const { name, queue, concurrency } = this.#settings
    const service = this.#service
    const running = (service?.running ?? []).map(({ job, seconds, ending }) => ({ id: job.id ?? "", name: job.name, age: seconds, ending }))
    const counts = service?.counts ?? { done: 0, failed: 0, cancelled: 0, handedBack: 0 }
    return { name, queue, concurrency, connected: service?.connected ?? false, running, ...counts }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown()
  }

  /** Waits until nothing runs, for `grace` seconds at most. */
  #drained(service: WorkerService, grace: number): Coroutine<void> {
    return hostOperation<void>({
      name: "DistributedWorker.shutdown",
      detail: `${service.running.length} jobs run`,
      start: (done) => {
        let timer: unknown = null
        const end = (): void => {
          service.watchers.delete(look)
          if (timer !== null) host.clearTimer(timer)
          timer = null
          done.returned(undefined)
        }
        const look = (): void => {
          if (service.running.length === 0) end()
        }
        if (grace < Infinity) timer = host.setTimer(Math.max(0, grace), end)
        this.#hurry = end
        service.watchers.add(look)
        look()
        return end
      },
    })
  }
}
