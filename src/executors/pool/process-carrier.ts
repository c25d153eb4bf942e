/**
 * Jobs carried by a child process, whose memory, globals and crashes are its own.
 */
import { fork, type ChildProcess } from "node:child_process"
import { host } from "../../host/host.ts"
import { copyByPipe, unpacked } from "../wire/copy-value.ts"
import type { FromWorker, ToWorker } from "../wire/messages.ts"
import { Unreadable, type Carrier, type CarrierEvents, type CarrierKind, type WorkerEnd } from "./carrier.ts"
import { inheritedOptions } from "./node-options.ts"
import { watchNoMore, watchOver } from "./orphan-watch.ts"
import type { PoolSettings } from "./pool-settings.ts"
import { workerFile } from "./worker-file.ts"

/** Seconds between the end of a process and that of its pipe, or the other way round. */
const BETWEEN = 1

/** Invariant: `events.exited` is called once, after the last message. */
class ProcessCarrier implements Carrier {
  readonly label: string
  readonly #child: ChildProcess

  constructor(name: string, settings: PoolSettings, events: CarrierEvents) {
    const limit = settings.memoryLimit === undefined ? [] : [`--max-old-space-size=${Math.ceil(settings.memoryLimit)}`]
    const child = fork(workerFile("process-main"), [name], {
      serialization: "advanced",
      execArgv: [...inheritedOptions(), ...settings.execArgv, ...limit],
      ...(settings.env === undefined ? {} : { env: settings.env }),
    })
    this.#child = child
    this.label = child.pid === undefined ? "process that did not start" : `process ${child.pid}`
    if (child.pid !== undefined) watchOver(child)
    let end: WorkerEnd | null = null
    let connected = true
    let late: unknown = null
    let error: unknown
    // They come in either order; messages may lie between.
    const over = (): void => {
      if (end !== null && !connected) {
        if (late !== null) host.clearTimer(late)
        const told = end
        end = null
        events.exited(told)
        return
      }
      // A job may close the pipe and stay, or leave it to a process of its own that stays.
      late ??= host.setTimer(BETWEEN, () => {
        if (end === null) this.kill()
        else if (child.connected) child.disconnect()
      })
    }
    child.on("message", (sent: FromWorker | Uint8Array) => {
      let message: FromWorker
      try {
        message = unpacked(sent)
      } catch (failure) {
        // Of a job whose end cannot be read nobody would ever be told.
        error ??= new Unreadable(failure)
        this.kill()
        return
      }
      events.message(message)
    })
    child.on("error", (failure) => {
      if (child.pid !== undefined) return // of a message to a process that has gone, which tells so by its end
      end = { code: null, signal: null, error: failure }
      connected = false
      over()
    })
    child.on("exit", (code, signal) => {
      watchNoMore(child)
      end = { code, signal, error }
      over()
    })
    child.on("disconnect", () => {
      connected = false
      over()
    })
    const { initializer } = settings
    child.send(initializer === undefined ? { kind: "initialize" } : { kind: "initialize", initializer }, ignore)
  }

  post(message: ToWorker): void {
    // What cannot be cloned is thrown; a process that is gone tells so by its end.
    if (this.#child.connected) this.#child.send(message, ignore)
  }

  kill(): void {
    this.#child.kill("SIGKILL")
  }

  hold(held: boolean): void {
    if (held) {
      this.#child.ref()
      this.#child.channel?.ref()
    } else {
      this.#child.unref()
      this.#child.channel?.unref()
    }
  }
}

function ignore(): void {}

export const processes: CarrierKind = {
  noun: "process",
  refusesTransfer: "processes share no memory, so nothing can be moved to one; leave `transfer` out and it is copied, or use an InterpreterPoolExecutor",
  copy: copyByPipe,
  start: (name, settings, events) => new ProcessCarrier(name, settings, events),
}
