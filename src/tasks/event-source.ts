/**
 * Whatever tells of events: emitters of Node's kind and event targets of the web's, known by
 * their methods, since the same code runs where only one of the two exists.
 */
import { describe } from "../structures/arguments.ts"

/** A function as a method of somebody's class: whatever it takes and gives. */
type AnyMethod = (...given: never[]) => unknown

/** An emitter of Node's kind. */
export type EmitterLike = { readonly on: AnyMethod } & ({ readonly off: AnyMethod } | { readonly removeListener: AnyMethod })

/** An event target of the web's kind. */
export interface EventTargetLike {
  readonly addEventListener: AnyMethod
  readonly removeEventListener: AnyMethod
}

/** What `fromEvent` listens to. */
export type EventSourceLike = EmitterLike | EventTargetLike

type Listener = (...values: unknown[]) => void
type Listen = (name: string | symbol, listener: Listener) => unknown
type Methods = Readonly<Record<"on" | "off" | "removeListener" | "addEventListener" | "removeEventListener", Listen | undefined>>

/** @throws TypeError if nothing can be listened to. */
export function checkEventSource(source: unknown, what: string): asserts source is EventSourceLike {
  if (typeof source === "object" && source !== null && (isEmitter(source) || isTarget(source))) return
  throw new TypeError(`${what} is an emitter (on, off) or an event target (addEventListener, removeEventListener), not ${describe(source)}`)
}

/** Whether it is an emitter. What is both, such as a MessagePort of Node's, is one, as in `events.once`. */
export function isEmitter(source: object): boolean {
  const { on, off, removeListener } = source as Methods
  return typeof on === "function" && (typeof off === "function" || typeof removeListener === "function")
}

function isTarget(source: object): boolean {
  const { addEventListener, removeEventListener } = source as Methods
  return typeof addEventListener === "function" && typeof removeEventListener === "function"
}

/** Is told of whatever is listened to; what it returns is called when that ends. */
export type ListeningWatcher = (source: object, name: string | symbol) => () => void

/** Those who want to know. */
export const listeningWatchers = new Set<ListeningWatcher>()

/** Tells them; the returned function says that it has ended. */
export function tellListening(source: object, name: string | symbol): (() => void) | undefined {
  if (listeningWatchers.size === 0) return undefined
  const ends: (() => void)[] = []
  // Not by a function of the host's: whoever watches looks at the stack.
  for (const watcher of listeningWatchers) ends.push(watcher(source, name))
  return () => {
    for (const end of ends) end()
  }
}

/** Calls `listener` at each event until the returned function is called. */
export function listenTo(source: EventSourceLike, name: string | symbol, listener: Listener): () => void {
  const stop = listenQuietly(source, name, listener)
  const ended = tellListening(source, name)
  if (ended === undefined) return stop
  return () => {
    stop()
    ended()
  }
}

function listenQuietly(source: EventSourceLike, name: string | symbol, listener: Listener): () => void {
  // Methods as `checkEventSource` found them.
  const methods = source as unknown as Methods
  if (!isEmitter(source)) {
    methods.addEventListener?.(name, listener)
    return () => void methods.removeEventListener?.(name, listener)
  }
  methods.on?.(name, listener)
  return () => {
    if (methods.off === undefined) methods.removeListener?.(name, listener)
    else methods.off(name, listener)
  }
}
