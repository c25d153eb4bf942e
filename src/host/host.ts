/**
 * Everything the library asks of its platform, and the one slot that holds it.
 *
 * Each entry point installs the host of its platform (`node.ts`, `browser.ts`) when it is
 * imported; nothing below the entries names a platform. The functions behind it are taken
 * when the host is imported, so fake timers installed later do not reach a running loop; for
 * one that is made under them see fake-timers.ts.
 */

/** A captured async context: runs functions as if called where it was captured. */
export interface ContextSnapshot {
  run<A>(callback: (argument: A) => void, argument: A): void
}

/** What a `then` does; `byEngine` when an `await` called it, from a job with nothing on the stack. */
export type Then = (self: never, onFulfilled: never, onRejected: never, byEngine: boolean) => unknown

export interface Host {
  /** Makes `then` the method of that name of `prototype`. */
  defineThen(prototype: object, then: Then): void
  /** Whether a store set in a job of the engine's ends with that job. */
  readonly jobsKeepStores: boolean
  /** Whether loops are in debug mode from the start. */
  readonly debug: boolean
  /** Seconds on a clock that never goes back. */
  now(): number
  /** Runs `callback` as a microtask. */
  microtask(callback: () => void): void
  /**
   * Runs `callback` once no microtask is left. Only right when called from a microtask:
   * armed in a timer it would run before the microtasks that this timer queued.
   */
  afterMicrotasks(callback: () => void): void
  /** Runs `callback` after the host has served timers and I/O that are due. */
  macrotask(callback: () => void): void
  /** Runs `callback` after `seconds`, in no async context; the token stops it. */
  setTimer(seconds: number, callback: () => void): unknown
  clearTimer(token: unknown): void

  /** Whether code that awaits keeps its store across foreign promises and callbacks. */
  readonly followsAwait: boolean
  /** The store of the code that runs now. */
  store(): unknown
  /** Sets the store from here to the end of the innermost `enter` or snapshot. */
  setStore(store: unknown): void
  /** Calls `body` with `store` as the store of everything it starts; the caller keeps its own. */
  enter<A, R>(store: unknown, body: (argument: A) => R, argument: A): R
  /** Captures the whole async context, the user's own stores included. */
  capture(): ContextSnapshot

  /** Issues a warning with a code, such as a coroutine that nobody awaited. */
  warn(message: string, code: string): void
  /** Writes what nobody handled to where a person will see it. */
  report(text: string, error?: unknown): void
  /** Reports `error` as the platform reports an exception that nobody caught. */
  throwUncaught(error: unknown): void
  /** Calls `callback` on Ctrl-C until the returned function is called. */
  onInterrupt(callback: () => void): () => void
  /** Interrupts the process as Ctrl-C does, unless somebody listens. */
  raiseInterrupt(): void
  /** Calls `callback` with an exception that nobody catches, before the process ends by it, until the returned function is called. */
  onUncaught(callback: (error: unknown) => void): () => void
  /** Calls `callback` each time nothing keeps the process alive any more. */
  onQuiet(callback: () => void): () => void
  newAbortController(): AbortControllerLike | undefined
  /** Whether anybody listens to `signal`. */
  isListenedTo(signal: AbortSignalLike): boolean
}

/** The part of `AbortSignal` that is used, so that the core compiles without DOM types. */
export interface AbortSignalLike {
  readonly aborted: boolean
  readonly reason?: unknown
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: "abort", listener: () => void): void
}

/** The host's own kind of signal, where the program is compiled with its types. */
export type HostAbortSignal = typeof globalThis extends { AbortSignal: { prototype: infer S } } ? S : AbortSignalLike

export interface AbortControllerLike {
  readonly signal: HostAbortSignal
  abort(reason?: unknown): void
}

let installed: Host | undefined
const installing: ((host: Host) => void)[] = []

/** Makes `platform` the host of this copy of the library; the first one stays. */
export function installHost(platform: Host): void {
  if (installed !== undefined) return
  installed = platform
  host = platform
  for (const callback of installing.splice(0)) callback(platform)
}

/** Calls `callback` once there is a host. */
export function whenInstalled(callback: (host: Host) => void): void {
  if (installed === undefined) installing.push(callback)
  else callback(installed)
}

/** The installed host. Undefined only where a file was imported past every entry point. */
export let host: Host
