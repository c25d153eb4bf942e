/**
 * Listening for the event that is asked for, and for what ends or fails the wait for it.
 */
import type { AbortSignalLike } from "../host/host.ts"
import { requestBy } from "../core/ambient.ts"
import { cancellation } from "../core/cancel-request.ts"
import type { WaitInfo } from "../core/observer.ts"
import { isEmitter, listenTo, tellListening, type EventSourceLike } from "./event-source.ts"

/** What is listened for. */
export interface EventQuestion {
  readonly source: EventSourceLike
  readonly name: string | symbol
  /** All arguments of an event of an emitter, instead of the first. */
  readonly all: boolean
  readonly until: string | symbol | undefined
  readonly signal: AbortSignalLike | undefined
}

/** Who is told. */
export interface EventListeners<T> {
  value(value: T): void
  ended(): void
  failed(error: unknown): void
}

export class EventWatch<T> {
  readonly info: WaitInfo
  readonly question: EventQuestion

  constructor(question: EventQuestion) {
    this.question = question
    this.info = { kind: "fromEvent", detail: `'${String(question.name)}'` }
  }

  /**
   * Begins to listen; the returned function ends it. No code of the user's is called by an
   * event, so none can break the emitter.
   */
  begin(listeners: EventListeners<T>): () => void {
    const { source, name, all, until, signal } = this.question
    const stops: (() => void)[] = []
    const stop = (): void => {
      for (const remove of stops.splice(0)) remove()
    }
    try {
      // What an event brings is for the caller to say.
      const onEvent = (...values: unknown[]): void => listeners.value((all ? values : values[0]) as T)
      stops.push(listenTo(source, name, onEvent))
      if (until !== undefined) stops.push(listenTo(source, until, () => listeners.ended()))
      // As Node's events.once: an emitter without a listener for its errors would throw them.
      if (isEmitter(source) && name !== "error" && until !== "error") {
        stops.push(listenTo(source, "error", (error) => listeners.failed(error)))
      }
      if (signal !== undefined) stops.push(whenAborted(signal, (error) => listeners.failed(error)))
    } catch (error) {
      stop()
      throw error
    }
    return stop
  }
}

function whenAborted(signal: AbortSignalLike, aborted: (error: Error) => void): () => void {
  const abort = (): void => aborted(cancellation(requestBy(signal.reason, "an AbortSignal")))
  if (signal.aborted) {
    abort()
    return () => undefined
  }
  signal.addEventListener("abort", abort, { once: true })
  const ended = tellListening(signal, "abort")
  return () => {
    signal.removeEventListener("abort", abort)
    ended?.()
  }
}
