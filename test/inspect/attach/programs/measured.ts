/** The program that measure.ts looks into: idle tasks, load when asked for, and what it notices itself. */
import * as asyncio from "asyncio-ts"

export type Order = "reset" | "gap" | "load" | "rest" | "state" | "awaits" | "rate"

export interface State {
  readonly resources: readonly string[]
  readonly listeners: readonly string[]
  readonly globals: number
  /** MB after a collection. */
  readonly heap: number
  readonly rss: number
}

const idle = Number(process.argv[2] ?? 1000)
const collect = (globalThis as { gc?: () => void }).gc
let last = performance.now()
let gap = 0
let switches = 0
let loaded = false

// Each beat is as late as the loop is held up; one that only hangs on the clock says nothing of load.
setInterval(() => {
  const now = performance.now()
  gap = Math.max(gap, now - last)
  last = now
}, 1)

const sleeper = asyncio.coroutine("sleeper", async () => {
  await asyncio.sleep(3600)
})
const busy = asyncio.coroutine("busy", async () => {
  while (loaded) {
    await asyncio.sleep(0)
    switches += 1
  }
})

async function main(): Promise<void> {
  const orders = new asyncio.Queue<Order>()
  process.on("message", (order: Order) => orders.putNowait(order))
  const sleepers = Array.from({ length: idle }, (_, at) => asyncio.createTask(sleeper(), { name: `sleeper-${at}` }))
  await asyncio.sleep(0.05)
  process.send?.("ready")
  for await (const order of orders) process.send?.(await answer(order))
  await asyncio.gather(sleepers)
}

async function answer(order: Order): Promise<unknown> {
  switch (order) {
    case "reset":
      gap = 0
      last = performance.now()
      return null
    case "gap":
      return gap
    case "load":
      loaded = true
      for (let at = 0; at < 20; at++) loads.push(asyncio.createTask(busy()))
      return null
    case "rest":
      loaded = false
      await asyncio.gather(loads.splice(0))
      return null
    case "state":
      return state()
    case "awaits":
      return nsPerAwait()
    case "rate":
      return { switches, cpu: process.cpuUsage().user / 1e6, at: performance.now() / 1000 }
  }
}

const loads: asyncio.Task<void>[] = []

function state(): State {
  collect?.()
  collect?.()
  const { heapUsed, rss } = process.memoryUsage()
  return {
    resources: process.getActiveResourcesInfo().sort(),
    listeners: process.eventNames().map((name) => `${String(name)}:${process.listenerCount(name)}`).sort(),
    globals: Reflect.ownKeys(globalThis).length,
    heap: heapUsed / 2 ** 20,
    rss: rss / 2 ** 20,
  }
}

/** The best of several runs: what others do on the machine only adds. */
async function nsPerAwait(): Promise<number> {
  let best = Infinity
  for (let run = 0; run < 15; run++) {
    const from = process.cpuUsage().user
    for (let at = 0; at < 300_000; at++) await null
    best = Math.min(best, ((process.cpuUsage().user - from) * 1000) / 300_000)
  }
  return best
}

await asyncio.run(main)
