/**
 * The page's end of the type service: begins its worker when somebody first has use for it, asks it
 * one question at a time, and ends it when it hangs. Where there is no service, nothing is answered.
 */
import { isAnswer, isFromTypes } from "./is-from-types.ts"
import type { Answers, Asked, Kind, Question } from "./type-messages.ts"

/** What is used of a worker. */
export interface TypeWorker {
  postMessage(message: Asked): void
  terminate(): void
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: "error", listener: (event: { preventDefault(): void }) => void): void
}

export type TypeState = "asleep" | "loading" | "ready" | "off"

export interface ClientSettings {
  /** @throws where a browser has no such workers */
  start(): TypeWorker
  /** Calls back again and again while something is awaited; gives what stops it. */
  watch(look: () => void): () => void
  changed?(state: TypeState): void
}

/** What counts are looks and not time: a page that stands still with its machine takes none. See check.ts. */
export const LOOK_MS = 100
/** So many looks may an answer take. */
export const LOOKS = 100
/** Over a slow line, TypeScript takes minutes to arrive. */
export const LOOKS_TO_LOAD = 3000
/** After so many, whoever cannot wait had better not. */
const LATE = 20
/** So often a worker may fail before it has been of use. */
const FAILURES = 2
/** Somebody who writes waits for these; mistakes can come later. */
const FIRST: readonly Kind[] = ["details", "completions", "call", "hover", "mistakes"]

interface Waiting {
  readonly question: Question
  answer(answer: unknown): void
}

export class TypeClient {
  readonly #settings: ClientSettings
  readonly #waiting = new Map<Kind, Waiting>()
  #worker: TypeWorker | undefined
  #state: TypeState = "asleep"
  #out: (Waiting & { readonly id: number }) | undefined
  #id = 0
  #looks = 0
  #failures = 0
  #unwatch: (() => void) | undefined
  /** The text at which the worker has hung, or crashed. */
  #fatal: string | undefined

  constructor(settings: ClientSettings) {
    this.#settings = settings
  }

  get state(): TypeState {
    return this.#state
  }

  /** Whether an answer would come soon. */
  get prompt(): boolean {
    return this.#state === "ready" && (this.#out === undefined || this.#looks < LATE)
  }

  /** Whether this text has ended a worker: none is asked about it again. */
  gaveUpOn(text: string): boolean {
    return this.#fatal === text
  }

  /** Begins to load, if nothing has yet. */
  wake(): void {
    if (this.#state === "asleep") this.#begin()
  }

  /**
   * Undefined where there is nothing to say, nobody to say it, or a newer question of the kind.
   * A question that comes while the service loads waits for it.
   */
  async ask<K extends Kind>(question: { readonly kind: K } & Extract<Question, { readonly kind: K }>): Promise<Answers[K] | undefined> {
    this.wake()
    if (this.#state === "off" || this.gaveUpOn(question.program.text)) return undefined
    const { kind } = question
    this.#waiting.get(kind)?.answer(undefined)
    const answer = await new Promise<unknown>((resolve) => {
      this.#waiting.set(kind, { question, answer: resolve })
      this.#next()
    })
    return isAnswer(kind, answer) ? answer : undefined
  }

  /** Ends the worker; the next question begins another. */
  rest(): void {
    if (this.#state === "off") return
    this.#end("asleep")
  }

  #begin(): void {
    try {
      const worker = this.#settings.start()
      this.#worker = worker
      this.#show("loading")
      this.#watch()
      worker.addEventListener("message", ({ data }) => {
        if (this.#worker === worker) this.#hear(data)
      })
      worker.addEventListener("error", (event) => {
        event.preventDefault()
        if (this.#worker === worker) this.#fail()
      })
    } catch {
      this.#end("off")
    }
  }

  #hear(message: unknown): void {
    if (!isFromTypes(message)) return
    if (message.kind === "failed") this.#fail()
    else if (message.kind === "ready") {
      this.#show("ready")
      this.#next()
    } else if (message.id === this.#out?.id) {
      const { answer } = this.#out
      this.#out = undefined
      this.#failures = 0
      this.#next()
      answer(message.answer)
    }
  }

  /** It could not be loaded, has crashed, or hangs. */
  #fail(): void {
    const asked = this.#out
    if (asked !== undefined) this.#fatal = asked.question.program.text
    else this.#failures += 1
    if (this.#failures >= FAILURES) {
      this.#end("off")
      return
    }
    const others = [...this.#waiting.values()].filter(({ question }) => question.program.text !== this.#fatal)
    for (const one of others) this.#waiting.delete(one.question.kind)
    this.#end("asleep")
    // It is another text that they are about.
    for (const one of others) this.#waiting.set(one.question.kind, one)
    this.#begin()
  }

  #end(state: "asleep" | "off"): void {
    this.#unwatch?.()
    this.#unwatch = undefined
    this.#worker?.terminate()
    this.#worker = undefined
    const unanswered = [...(this.#out === undefined ? [] : [this.#out]), ...this.#waiting.values()]
    this.#out = undefined
    this.#waiting.clear()
    this.#show(state)
    for (const { answer } of unanswered) answer(undefined)
  }

  #next(): void {
    if (this.#state !== "ready" || this.#out !== undefined) return
    const kind = FIRST.find((one) => this.#waiting.has(one))
    const waiting = kind === undefined ? undefined : this.#waiting.get(kind)
    if (kind === undefined || waiting === undefined) {
      this.#unwatch?.()
      this.#unwatch = undefined
      return
    }
    this.#waiting.delete(kind)
    this.#id += 1
    this.#out = { ...waiting, id: this.#id }
    this.#watch()
    this.#worker?.postMessage({ id: this.#id, question: waiting.question })
  }

  #watch(): void {
    this.#looks = 0
    this.#unwatch ??= this.#settings.watch(() => {
      this.#looks += 1
      if (this.#looks >= (this.#state === "loading" ? LOOKS_TO_LOAD : LOOKS)) this.#fail()
    })
  }

  #show(state: TypeState): void {
    if (this.#state === state) return
    this.#state = state
    this.#settings.changed?.(state)
  }
}
