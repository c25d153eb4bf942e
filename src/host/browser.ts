/**
 * Browsers and their workers.
 *
 * They cannot follow an `await`, so what runs now is a variable: set when a line goes on
 * (`core/follow-await.ts`), and cleared when the microtasks are over. What awaits a foreign
 * promise loses it, hence `wrapFuture`.
 */
import type { AbortControllerLike, ContextSnapshot, Host } from "./host.ts"

/** What is used of the platform; the library compiles without the types of the DOM. */
interface Platform {
  setTimeout(callback: () => void, milliseconds: number): unknown
  clearTimeout(token: unknown): void
  // Where the bundle for browsers runs on Node, as under some test runners: an open
  // MessageChannel would keep that process alive.
  readonly setImmediate?: (callback: () => void) => unknown
  readonly MessageChannel?: new () => { port1: Port; port2: Port }
  /** https://wicg.github.io/scheduling-apis/ */
  readonly scheduler?: { postTask?(callback: () => void, options: { priority: "user-blocking" }): unknown }
  readonly AbortController?: new () => AbortControllerLike
  readonly performance: { now(): number }
  readonly console: { warn(text: string): void; error(...values: unknown[]): void }
}

interface Port {
  onmessage: (() => void) | null
  postMessage(message: null): void
}

// What every browser and worker brings; what may be missing is optional above.
const { setTimeout, clearTimeout, setImmediate, MessageChannel, scheduler, AbortController, performance, console } =
  globalThis as unknown as Platform
const clock = performance.now.bind(performance)
const resolved = Promise.resolve()

let current: unknown
let port: Port | undefined
const posted: (() => void)[] = []

/**
 * The page's own callbacks are to find nobody running who has merely stopped at a foreign
 * promise, so this goes before whatever else is due. Messages come in no certain order.
 */
function afterMicrotasks(callback: () => void): void {
  if (scheduler?.postTask === undefined) macrotask(callback)
  else void scheduler.postTask(inNobodysTurn(callback), { priority: "user-blocking" })
}

function macrotask(callback: () => void): void {
  const task = inNobodysTurn(callback)
  if (setImmediate !== undefined) setImmediate(task)
  else if (MessageChannel === undefined) setTimeout(task, 0)
  else {
    // Not setTimeout, which nested waits four milliseconds.
    if (port === undefined) {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => posted.shift()?.()
      port = port2
    }
    posted.push(task)
    port.postMessage(null)
  }
}

function inNobodysTurn(callback: () => void): () => void {
  return () => {
    current = undefined
    callback()
  }
}

/** Whoever runs in a snapshot sets the store first, so there is nothing to remember. */
const snapshot: ContextSnapshot = {
  run(callback, argument) {
    browserHost.enter(undefined, callback, argument)
  },
}

const nothing = (): void => undefined
const listenToNothing = (): (() => void) => nothing

/** All but `then`, which takes frames to define. */
export const browserHost: Omit<Host, "defineThen"> = {
  debug: false,
  now: () => clock() / 1000,
  microtask(callback) {
    void resolved.then(callback)
  },
  afterMicrotasks,
  macrotask,
  setTimer: (seconds, callback) => setTimeout(callback, Math.min(Math.ceil(seconds * 1000), 2 ** 31 - 1)),
  clearTimer: (token) => clearTimeout(token),

  followsAwait: false,
  jobsKeepStores: false,
  store: () => current,
  setStore(store) {
    current = store
  },
  enter(store, body, argument) {
    const outer = current
    current = store
    try {
      return body(argument)
    } finally {
      current = outer
    }
  },
  capture: () => snapshot,

  warn(message, code) {
    console.warn(`${code}: ${message}`)
  },
  report(text, error) {
    if (error === undefined) console.error(text)
    else console.error(text, error)
  },
  throwUncaught(error) {
    setTimeout(() => {
      throw error
    }, 0)
  },
  // Pages know neither Ctrl-C nor an end for want of work.
  onInterrupt: listenToNothing,
  raiseInterrupt: nothing,
  onUncaught: listenToNothing,
  onQuiet: listenToNothing,
  newAbortController: () => AbortController && new AbortController(),
  // Nobody can ask a browser; who took the signal will have had a reason.
  isListenedTo: () => true,
}
