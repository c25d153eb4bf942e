// What tests use of Node's globals.
import { EventEmitter } from "./vendor.js"

// Counted from before the browser's host takes them.
const { setTimeout, clearTimeout } = globalThis
const armed = new Set()
globalThis.setTimeout = (callback, milliseconds, ...args) => {
  const token = setTimeout(() => {
    armed.delete(token)
    callback(...args)
  }, milliseconds)
  armed.add(token)
  return token
}
globalThis.clearTimeout = (token) => {
  armed.delete(token)
  clearTimeout(token)
}

/** @type {Map<unknown, () => void>} */
const immediates = new Map()
let lastImmediate = 0

/** To be called when the browser's host is loaded, which would take `setImmediate` for its own. */
export function addImmediates() {
  globalThis.setImmediate = (callback, ...args) => {
    const token = (lastImmediate += 1)
    immediates.set(token, () => callback(...args))
    void scheduler.postTask(() => {
      const run = immediates.get(token)
      immediates.delete(token)
      run?.()
    })
    return token
  }
  globalThis.clearImmediate = (token) => immediates.delete(token)
}

const events = new EventEmitter()
events.setMaxListeners(0)

globalThis.process = Object.assign(events, {
  env: {},
  platform: "browser",
  // Of the engine's version, which is newer than that Node's.
  versions: { node: "26.0.0" },
  noDeprecation: true,
  cwd: () => "/",
  getActiveResourcesInfo: () => [...armed].map(() => "Timeout"),
  // The microtask queue is all there is between two jobs of a page.
  nextTick: (callback, ...args) => queueMicrotask(() => callback(...args)),
})

/** The browser's host warns on the console; Node's host, with an event. */
const { warn } = console
console.warn = (...values) => {
  warn.apply(console, values)
  const [, code, message] = /^(ASYNCIO_\w+): ([^]*)$/.exec(String(values[0])) ?? []
  if (code === undefined) return
  const warning = Object.assign(new Error(message), { name: "AsyncioWarning", code })
  queueMicrotask(() => events.emit("warning", warning))
}

addEventListener("unhandledrejection", (event) => {
  event.preventDefault()
  events.emit("unhandledRejection", event.reason, event.promise)
})
addEventListener("error", (event) => {
  event.preventDefault()
  events.emit("uncaughtException", event.error ?? new Error(event.message))
})
