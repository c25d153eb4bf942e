/**
 * Loaded before a program of the documentation: what it awaits takes no time. `asyncio.run` runs on
 * the virtual clock, and the host's timers go off in their order as soon as nothing else is to do.
 */
import { registerHooks } from "node:module"

interface Timer {
  at: number
  readonly order: number
  readonly call: () => void
  /** Milliseconds, of an interval. */
  readonly every: number | undefined
}

const VIRTUAL = new URL("../examples/support/virtual-asyncio.ts", import.meta.url).href
const EXAMPLES = new URL("../../examples/", import.meta.url).href

registerHooks({
  resolve: (specifier, context, next) => next(specifier === "asyncio-ts" && context.parentURL?.startsWith(EXAMPLES) ? VIRTUAL : specifier, context),
})

// Only programs of promises alone: the library keeps time by its own clock, and its host by the real one.
if (process.argv[1]?.endsWith("-promises.ts")) replaceTimers()

function replaceTimers(): void {
  const timers = new Set<Timer>()
  let now = 0
  let order = 0
  let scheduled = false

  const goOn = (): void => {
    if (scheduled || timers.size === 0) return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      const [first] = [...timers].sort((a, b) => a.at - b.at || a.order - b.order)
      if (first === undefined) return
      now = first.at
      if (first.every === undefined) timers.delete(first)
      else first.at += first.every
      first.call()
      goOn()
    })
  }
  const add = (call: () => void, delay: number, every?: number): Timer => {
    const timer = { at: now + delay, order: (order += 1), call, every }
    timers.add(timer)
    goOn()
    return timer
  }
  const remove = (timer: Timer): void => void timers.delete(timer)
  Object.assign(globalThis, {
    setTimeout: (call: () => void, delay = 0) => add(call, delay),
    setInterval: (call: () => void, delay: number) => add(call, delay, delay),
    clearTimeout: remove,
    clearInterval: remove,
  })
  Date.now = () => now
}
