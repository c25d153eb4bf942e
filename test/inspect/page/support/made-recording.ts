/** Recordings of a shop that was never run, of any size. */
import type { RecordedCallback, RecordedEvent, RecordedJob, RecordedPause, RecordedTask, Recording } from "#src/inspect/recording.ts"
import { Random } from "../../../support/random.ts"

const ROUTES = ["GET /basket", "GET /product", "POST /order", "GET /search", "GET /image"]
const WAITS = [
  { on: "sleep", detail: "0.02 s", place: "backOff (file:///shop/retry.ts:12:9)", of: 0.02 },
  { on: "Lock.acquire", detail: "lock 'stock', held by 'refill' for 0.4 s, 2nd in line", place: "reserve (file:///shop/stock.ts:41:11)", of: 0.006 },
  { on: "Queue.get", detail: "queue 'mails' empty", place: "send (file:///shop/mail.ts:8:25)", of: 0.01 },
  { on: "StreamReader.read", detail: "socket 10.0.0.2:5432, reading", place: "query (file:///shop/db.ts:77:18)", of: 0.012 },
  { on: "promise", detail: "", place: "render (file:///shop/page.ts:30:5)", of: 0.004 },
  { on: "WorkerPool.run", detail: "worker job #88", place: "resize (file:///shop/image.ts:19:14)", of: 0.015 },
] as const
const ACCEPT = { on: "Server.accept", detail: "port 8080", place: "serve (file:///shop/server.ts:31:20)", of: 0.002 }

interface Actor {
  readonly id: number
  readonly depth: number
  /** How often it comes to wait before it ends. */
  steps: number
  /** When it can go on. */
  at: number
  /** Who awaits it. */
  awaiter: Actor | undefined
}

/** How many requests there are at a time. */
const AT_ONCE = 30
const WORKERS = 4

/** `size` events of requests, each with some tasks of its own, from `seed`. */
export function madeRecording(size: number, seed: number): Recording {
  const random = new Random(seed)
  const between = (least: number, most: number): number => least + random.below(Math.floor(most) - least + 1)
  const tasks: RecordedTask[] = []
  const events: RecordedEvent[] = []
  const jobs: RecordedJob[] = []
  const pauses: RecordedPause[] = []
  const callbacks: RecordedCallback[] = []
  const free = new Float64Array(WORKERS).fill(0.24)
  const live: Actor[] = []
  let clock = 0.2
  const make = (name: string, code: string, parent: Actor | undefined, steps: number): Actor => {
    const actor: Actor = { id: tasks.length + 1, depth: (parent?.depth ?? -1) + 1, steps, at: clock, awaiter: undefined }
    const place = parent === undefined ? "main (file:///shop/server.ts:20:7)" : `${parent.depth === 0 ? "serve" : "handle"} (file:///shop/server.ts:${parent.depth === 0 ? 33 : 51}:18)`
    tasks.push({ id: actor.id, name, code, loop: 1, leftBehind: false, place, ...(parent === undefined ? {} : { parent: parent.id }) })
    events.push({ kind: "created", task: actor.id, time: clock })
    live.push(actor)
    return actor
  }
  const server = make("server", "serve", undefined, Infinity)
  const steps = Math.max(3, Math.min(24, size / 60))
  let requests = 0
  let last = server
  const pause = (kind: RecordedPause["kind"], length: number, rest: Omit<RecordedPause, "kind" | "from" | "to">): void => {
    pauses.push({ kind, from: clock, to: clock + length, ...rest })
    clock += length
  }
  const end = (actor: Actor): void => {
    live.splice(live.indexOf(actor), 1)
    const fate = between(0, 24)
    if (fate === 0) events.push({ kind: "cancel requested", task: actor.id, time: clock, by: "task 'server'", why: "the client has gone" })
    const how = fate === 0 ? "cancelled" : fate === 1 ? "failed" : "returned"
    const reason = how === "cancelled" ? { reason: "cancelled by task 'server': the client has gone" } : how === "failed" ? { reason: "Error: out of stock" } : {}
    events.push({ kind: "done", task: actor.id, time: clock, how, ...reason })
    if (actor.awaiter === undefined) return
    actor.awaiter.at = clock
    events.push({ kind: "ready", task: actor.awaiter.id, time: clock, by: actor.id })
  }
  while (events.length < size) {
    const next = live.reduce((first, one) => (one.at < first.at ? one : first))
    const waited = next.at > clock
    clock = Math.max(clock, next.at) + between(1, 40) / 1e6
    if (events.at(-1)?.kind !== "ready" || events.at(-1)?.task !== next.id) {
      const by = !waited && last !== next && between(0, 2) === 0 ? { by: last.id } : {}
      if (next.steps !== steps) events.push({ kind: "ready", task: next.id, time: clock, ...by })
    }
    clock += between(1, 60) / 1e6
    events.push({ kind: "resumed", task: next.id, time: clock })
    last = next
    clock += between(5, between(0, 40) === 0 ? 4000 : 250) / 1e6
    if (between(0, 4000) === 0) pause("blocked", 0.08, { what: "parsePrices", place: "parsePrices (file:///shop/prices.ts:9:20)", advice: "JSON.parse of 12 MB belongs in a worker: asyncio.toThread(parsePrices, text)" })
    if (between(0, 400) === 0) pause("collection", 0.002, { what: "minor" })
    if (between(0, 9) === 0) {
      callbacks.push({ loop: 1, name: "onSocketData", from: clock, to: clock + 0.000_02 })
      clock += 0.000_02
    }
    next.steps -= 1
    if (next.steps <= 0) {
      end(next)
      continue
    }
    const wait = next === server ? ACCEPT : random.pick(WAITS)
    if (next === server && live.length < AT_ONCE) {
      requests += 1
      make(`${random.pick(ROUTES)} #${requests}`, "handle", server, between(2, steps))
    } else if (next !== server && next.depth < 3 && between(0, 5) === 0) {
      const child = make(random.pick(["load user", "load stock", "render"]), "load", next, between(1, steps / 3))
      child.awaiter = next
      events.push({ kind: "parked", task: next.id, time: clock, on: "Task", detail: `task '${tasks.at(-1)?.name ?? ""}'`, place: "handle (file:///shop/server.ts:53:11)", awaits: [child.id] })
      next.at = Infinity
      continue
    }
    const { of, ...reason } = wait
    events.push({ kind: "parked", task: next.id, time: clock, ...reason })
    next.at = clock + (of * between(20, 180)) / 100
    if (reason.on !== "WorkerPool.run") continue
    const worker = free.indexOf(Math.min(...free))
    const begun = Math.max(clock, free[worker] ?? 0)
    next.at = free[worker] = begun + (of * between(20, 100)) / 100
    jobs.push({ id: jobs.length + 1, name: "resize", task: next.id, queued: clock, begun, ended: next.at, how: "returned", worker: worker + 1 })
  }
  const workers = Array.from(free, (_, at) => ({ id: at + 1, pool: "images", label: `thread ${at + 1}`, started: 0.2, ready: 0.24 }))
  const done = jobs.filter(({ ended = 0 }) => ended <= clock)
  return { version: 1, reason: "asked", epoch: 1_790_000_000, taken: clock, tasks, events: events.slice(0, size), dropped: size >= 1000 ? 1204 : 0, callbacks, pauses, pools: { workers, jobs: done, dropped: 0, loops: [1] } }
}
