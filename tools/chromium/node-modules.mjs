// Node's modules for tests on a page, all in one: no two of them have a name in common. What a
// browser cannot do throws when it is called, so that the tests which do without it run.
import { assert, EventEmitter, inspect } from "./vendor.js"

export { EventEmitter, inspect }
// oxlint-disable-next-line import/no-default-export -- node:assert/strict has one
export default assert.strict

/** @param {string} what */
function missing(what) {
  return () => {
    throw new Error(`a page has no ${what}`)
  }
}

// node:timers/promises
export const setImmediate = () => new Promise((resolve) => globalThis.setImmediate(resolve))
export const setTimeout = (milliseconds, value) => new Promise((resolve) => globalThis.setTimeout(resolve, milliseconds, value))

// node:url, node:path
export const fileURLToPath = (url) => new URL(url).pathname
export const pathToFileURL = (path) => new URL(path, location.href)
export const join = (...parts) => parts.join("/")

// node:fs
export function readFileSync(path) {
  const request = new XMLHttpRequest()
  request.open("GET", `/text${path}`, false)
  request.send()
  if (request.status !== 200) throw new Error(`a page cannot read ${path}`)
  return request.responseText
}
export const globSync = missing("list of files")
export const cpSync = missing("files to copy")
export const mkdtempSync = missing("folders")
export const rmSync = missing("files to remove")
export const stat = missing("files to look at")
export const accessSync = missing("files to look at")
export const appendFileSync = missing("files to write")
export const constants = {}

// node:os, node:child_process
export const tmpdir = missing("folders")
export const spawn = missing("processes")

// node:events
export const getEventListeners = missing("list of an event target's listeners")

// node:v8, node:vm: Chromium is started with --expose-gc.
export const setFlagsFromString = () => undefined
export function runInNewContext(code) {
  if (code === "gc" && typeof globalThis.gc === "function") return globalThis.gc
  throw new Error(`a page has no contexts to run ${code} in`)
}
export const createContext = missing("contexts")
export class Script {
  constructor() {
    missing("scripts to compile")()
  }
}

// node:async_hooks
export class AsyncLocalStorage {
  run = missing("AsyncLocalStorage")
  getStore = missing("AsyncLocalStorage")
  enterWith = missing("AsyncLocalStorage")
  exit = missing("AsyncLocalStorage")
  static snapshot = missing("AsyncLocalStorage")
  static bind = missing("AsyncLocalStorage")
}
export class AsyncResource {
  constructor() {
    missing("AsyncResource")()
  }
  static bind = missing("AsyncResource")
}
