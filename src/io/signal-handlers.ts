/**
 * Signals of the operating system as callbacks of a loop.
 */
import { isMainThread } from "node:worker_threads"
import { checkFunction } from "../structures/arguments.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { atRoot } from "../host/node.ts"
import { makesCoroutines } from "../core/coroutine.ts"
import type { EventLoop } from "../core/event-loop.ts"
import { Handle } from "../core/handle.ts"
import type { Resource } from "../core/scheduler.ts"
import { UserCallback } from "../core/user-callback.ts"
import { replaceInterrupts } from "../tasks/interrupts.ts"
import { signalName, type Signal } from "./signal-name.ts"

/** No signal keeps Node alive by itself; such a timer does, however far its time is. */
const FOR_EVER = 2 ** 31 - 1

/** Invariant: listens to the signal from when it is made until `remove`. */
class SignalHandler {
  readonly #signal: NodeJS.Signals
  readonly #loop: EventLoop
  readonly #callback: UserCallback
  readonly #restore: () => void

  constructor(loop: EventLoop, signal: NodeJS.Signals, callback: () => void, name: string) {
    this.#signal = signal
    this.#loop = loop
    this.#callback = new UserCallback(loop, callback, name)
    try {
      atRoot(() => process.on(signal, this.#heard))
    } catch (cause) {
      throw new RuntimeError(`${signal} cannot be handled: the system ends or stops a process by it without asking`, { cause })
    }
    this.#restore = signal === "SIGINT" ? replaceInterrupts() : () => undefined
  }

  readonly #heard = (): void => this.#loop.schedule(new Handle(this.#callback))

  remove(): void {
    process.off(this.#signal, this.#heard)
    this.#restore()
  }
}

/** Invariants: among the loop's resources, and holding the process, exactly while there is a handler. */
class SignalHandlers implements Resource {
  readonly #loop: EventLoop
  readonly #handlers = new Map<NodeJS.Signals, SignalHandler>()
  #alive: NodeJS.Timeout | undefined
  /** The loop takes its handlers back by itself, as asyncio's does: nobody forgot to. */
  readonly endsWithLoop = true as const

  constructor(loop: EventLoop) {
    this.#loop = loop
  }

  set(signal: NodeJS.Signals, callback: () => void, name: string): void {
    // Before the old one goes: one that is refused changes nothing, and Ctrl-C is never left without a handler.
    const handler = new SignalHandler(this.#loop, signal, callback, name)
    this.#handlers.get(signal)?.remove()
    this.#handlers.set(signal, handler)
    this.#alive ??= atRoot(() => setInterval(() => undefined, FOR_EVER))
    this.#loop.resources.add(this)
  }

  remove(signal: NodeJS.Signals): boolean {
    const handler = this.#handlers.get(signal)
    if (handler === undefined) return false
    this.#handlers.delete(signal)
    handler.remove()
    if (this.#handlers.size > 0) return true
    clearInterval(this.#alive)
    this.#alive = undefined
    this.#loop.resources.delete(this)
    return true
  }

  abandon(): void {
    for (const signal of [...this.#handlers.keys()]) this.remove(signal)
  }

  toString(): string {
    return `<signal handlers ${[...this.#handlers.keys()].join(", ")}>`
  }
}

const handlersOf = new WeakMap<EventLoop, SignalHandlers>()

/**
 * Calls `callback` in the loop whenever the process gets `signal`, in place of what the
 * signal does otherwise; an earlier handler of this loop for it is replaced.
 *
 * One for `SIGINT` replaces what Ctrl-C does to all runs of the process, until it is removed.
 * While there is a handler the process stays alive; closing the loop removes them all.
 *
 * @param signal - by name, such as `SIGTERM`, or by number
 * @param args - given to `callback`
 * @throws TypeError for no signal or no function; RangeError for a signal that the system has
 * not; RuntimeError for one that cannot be caught, in a worker thread, and for a closed loop.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const loop = asyncio.getRunningLoop()
 *   const stop = new asyncio.Event()
 *   loop.addSignalHandler("SIGTERM", () => stop.set())
 *   process.kill(process.pid, "SIGTERM")
 *   await stop.wait()
 *   console.log("an orderly end") // -> an orderly end
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.add_signal_handler
 */
export function addSignalHandler<A extends unknown[]>(loop: EventLoop, signal: Signal, callback: (...args: A) => unknown, ...args: A): void {
  checkFunction(callback, "the callback of addSignalHandler")
  if (makesCoroutines in callback) {
    throw new TypeError(`the callback of addSignalHandler is the coroutine function ${callback.name}, which would run nothing; use createTask in a function`)
  }
  const name = signalName(signal, "the signal of addSignalHandler")
  if (loop.isClosed()) throw new RuntimeError(`cannot handle ${name} on a closed event loop; make a new one, or use asyncio.run(…)`)
  if (!isMainThread) throw new RuntimeError(`cannot handle ${name} in a worker thread: Node gives signals to the main thread only`)
  const handlers = handlersOf.get(loop) ?? new SignalHandlers(loop)
  handlersOf.set(loop, handlers)
  handlers.set(name, () => void callback(...args), callback.name === "" ? `handler of ${name}` : callback.name)
}

/**
 * Removes the loop's handler of `signal`: it does again what it did before.
 *
 * @returns whether there was one
 * @throws TypeError or RangeError for what is no signal of this system.
 *
 * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.remove_signal_handler
 */
export function removeSignalHandler(loop: EventLoop, signal: Signal): boolean {
  const name = signalName(signal, "the signal of removeSignalHandler")
  return handlersOf.get(loop)?.remove(name) ?? false
}
