/**
 * Jobs carried by a worker thread.
 *
 * Over the worker's own port and not one of ours: Node hands out what was posted there before
 * it tells that the worker has ended, so that no result is lost when a worker leaves.
 */
import { Worker, type WorkerOptions } from "node:worker_threads"
import { copyByPort } from "../wire/copy-value.ts"
import type { FromWorker, ToWorker } from "../wire/messages.ts"
import type { Transferable } from "../wire/transfer.ts"
import { Unreadable, type Carrier, type CarrierEvents, type CarrierKind, type WorkerEnd } from "./carrier.ts"
import { inheritedOptions, withThreadOptions } from "./node-options.ts"
import type { PoolSettings } from "./pool-settings.ts"
import { workerFile } from "./worker-file.ts"

/** What a worker thread is told when it starts. */
export interface ThreadStart {
  /** Counts what was posted, so that a job that computes can look, and a worker without one can wait for it. */
  readonly cell: Int32Array
  readonly name: string
  readonly initializer: PoolSettings["initializer"]
}

/**
 * In MiB. Of a thread that is out of memory Node stops the program, and not only the thread, if more
 * than 16 MiB are still to be moved from the young generation to the old.
 */
const YOUNG = 12

/** Invariant: `events.exited` is called once, after the last message. */
class ThreadCarrier implements Carrier {
  // Kept: the number of a thread that has ended is -1.
  readonly label: string
  readonly #worker: Worker
  readonly #cell = new Int32Array(new SharedArrayBuffer(4))

  constructor(name: string, settings: PoolSettings, events: CarrierEvents) {
    const start: ThreadStart = { cell: this.#cell, name, initializer: settings.initializer }
    const options: WorkerOptions = {
      name,
      workerData: start,
      ...(settings.env === undefined ? {} : { env: settings.env }),
      ...(settings.memoryLimit === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: settings.memoryLimit, maxYoungGenerationSizeMb: YOUNG } }),
    }
    const make = (execArgv?: string[]): Worker => new Worker(workerFile("thread-main"), execArgv === undefined ? options : { ...options, execArgv })
    // By itself Node gives a thread all options of the process but those that it cannot have.
    const asIs = settings.execArgv.length === 0 && inheritedOptions().length === process.execArgv.length
    const worker = asIs ? make() : withThreadOptions(settings.execArgv, make)
    this.#worker = worker
    this.label = `thread ${worker.threadId}`
    let error: unknown
    worker.on("message", (message: FromWorker) => events.message(message))
    // What a job gave cannot be read here, so its end would never be told.
    worker.on("messageerror", (failure: unknown) => {
      error ??= new Unreadable(failure)
      this.kill()
    })
    worker.on("error", (failure: unknown) => (error ??= failure))
    worker.on("exit", (code) => events.exited({ code, signal: null, error } satisfies WorkerEnd))
  }

  post(message: ToWorker, transfer: readonly Transferable[]): void {
    this.#worker.postMessage(message, transfer)
    Atomics.add(this.#cell, 0, 1)
    Atomics.notify(this.#cell, 0)
  }

  kill(): void {
    void this.#worker.terminate()
  }

  hold(held: boolean): void {
    if (held) this.#worker.ref()
    else this.#worker.unref()
  }
}

export const threads: CarrierKind = {
  noun: "thread",
  refusesTransfer: undefined,
  copy: copyByPort,
  start: (name, settings, events) => new ThreadCarrier(name, settings, events),
}
