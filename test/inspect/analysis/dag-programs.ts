// Random programs of tasks that make, await, signal and lock each other, with the path that decides when each ends.
import * as asyncio from "asyncio-ts"
import { criticalPath } from "#src/inspect/analysis/critical-path.ts"
import type { Recording } from "#src/inspect/recording.ts"

export type Action =
  | { readonly kind: "sleep"; readonly seconds: number }
  | { readonly kind: "make" | "await"; readonly child: number }
  | { readonly kind: "gather" | "group" | "wait"; readonly children: readonly number[] }
  | { readonly kind: "set" | "event" | "put" | "get"; readonly signal: number }
  | { readonly kind: "lock"; readonly lock: number; readonly seconds: number }

/** What each task does; the first is the program. */
export type Program = readonly (readonly Action[])[]

const LENGTHS = [0.001, 0.01, 0.1]

/** Before whatever may contend stands a sleep of its own, so that no two things happen at one instant. */
export function makeProgram(random: () => number, most: number): Program {
  const below = (limit: number): number => Math.floor(random() * limit)
  const sleep = (): Action => ({ kind: "sleep", seconds: (0.1 + random()) * (LENGTHS[below(LENGTHS.length)] ?? 1) })
  const scripts: Action[][] = []
  let signals = 0
  /** What tasks made before will signal, and nobody has awaited yet. */
  const write = (depth: number): number => {
    const script: Action[] = []
    const id = scripts.push(script) - 1
    for (let left = 1 + below(5); left > 0; left -= 1) {
      script.push(sleep())
      const form = below(9)
      if (form < 4 && depth < 4 && scripts.length < most) {
        const children = Array.from({ length: 1 + below(form === 0 ? 1 : 4) }, () => write(depth + 1))
        if (form === 0) {
          const [child = 0] = children
          script.push({ kind: "make", child }, sleep(), { kind: "await", child })
        } else {
          script.push({ kind: form === 1 ? "gather" : form === 2 ? "group" : "wait", children })
        }
      } else if (form < 6 && depth < 4 && scripts.length < most) {
        // A child that signals in its midst, and is awaited later.
        const child = write(depth + 1)
        const own = scripts[child] ?? []
        signals += 1
        const at = below(own.length + 1)
        own.splice(at, 0, sleep(), form === 4 ? { kind: "set", signal: signals } : { kind: "put", signal: signals })
        script.push({ kind: "make", child }, sleep(), form === 4 ? { kind: "event", signal: signals } : { kind: "get", signal: signals })
        script.push(sleep(), { kind: "await", child })
      } else if (form === 6) {
        script.push({ kind: "lock", lock: below(2), seconds: random() * 0.05 })
      }
    }
    script.push(sleep())
    return id
  }
  write(0)
  return scripts
}

/** A stretch of sleep on the path. */
export interface Slept {
  readonly task: number
  readonly from: number
  readonly to: number
}

interface Chain extends Slept {
  readonly before: Chain | undefined
}

/** What the program is known to do: which sleeps decided when it ended. */
export function expectedPath(program: Program): Slept[] {
  const due: { time: number; go: () => void }[] = []
  let now = 0
  const chains = new Map<number, Chain | undefined>()
  const ended = new Map<number, Chain | undefined>()
  const endings = new Map<number, (() => void)[]>()
  const made = new Set<number>([0])
  const set = new Map<number, (() => void) | true>()
  const locks = new Map<number, { held: boolean; line: (() => void)[] }>()
  const later = (task: number, seconds: number, go: () => void): void => {
    const from = now
    due.push({
      time: now + seconds,
      go: () => {
        chains.set(task, { task, from, to: now, before: chains.get(task) })
        go()
      },
    })
  }
  const begin = (task: number, maker: number): void => {
    chains.set(task, chains.get(maker))
    go(task, 0)
  }
  const whenEnded = (task: number, children: readonly number[], then: () => void): void => {
    let open = children.filter((child) => !ended.has(child)).length
    if (open === 0) return then()
    for (const child of children) {
      if (ended.has(child)) continue
      const told = (): void => {
        open -= 1
        if (open > 0) return
        chains.set(task, ended.get(child))
        then()
      }
      endings.set(child, [...(endings.get(child) ?? []), told])
    }
  }
  const go = (task: number, at: number): void => {
    const action = program[task]?.[at]
    const next = (): void => go(task, at + 1)
    const start = (child: number): void => {
      if (made.has(child)) return
      made.add(child)
      begin(child, task)
    }
    switch (action?.kind) {
      case undefined:
        ended.set(task, chains.get(task))
        for (const told of endings.get(task) ?? []) told()
        return
      case "sleep":
        return later(task, action.seconds, next)
      case "make":
        start(action.child)
        return next()
      case "await":
        return whenEnded(task, [action.child], next)
      case "gather":
      case "group":
      case "wait":
        action.children.forEach(start)
        return whenEnded(task, action.children, next)
      case "set":
      case "put": {
        const { signal } = action
        const waiting = set.get(signal)
        set.set(signal, true)
        if (typeof waiting === "function") {
          signalChain = chains.get(task)
          waiting()
        }
        return next()
      }
      case "event":
      case "get": {
        const { signal } = action
        if (set.get(signal) === true) return next()
        set.set(signal, () => {
          chains.set(task, signalChain)
          next()
        })
        return
      }
      case "lock": {
        const lock = locks.get(action.lock) ?? { held: false, line: [] }
        locks.set(action.lock, lock)
        const held = (): void => {
          lock.held = true
          later(task, action.seconds, () => {
            lock.held = false
            signalChain = chains.get(task)
            lock.line.shift()?.()
            next()
          })
        }
        if (!lock.held) return held()
        lock.line.push(() => {
          chains.set(task, signalChain)
          held()
        })
        return
      }
    }
  }
  let signalChain: Chain | undefined
  go(0, 0)
  while (due.length > 0) {
    due.sort((a, b) => a.time - b.time)
    const first = due.shift()
    now = first?.time ?? now
    first?.go()
  }
  const path: Slept[] = []
  for (let at = ended.get(0); at !== undefined; at = at.before) path.push({ task: at.task, from: at.from, to: at.to })
  return path.reverse()
}

/** Whether two paths are the same, as far as a recorder tells times apart: to the nanosecond. */
export function samePath(one: readonly Slept[], other: readonly Slept[]): boolean {
  const close = (a: number, b: number): boolean => Math.abs(a - b) < 3e-9
  return (
    one.length === other.length &&
    one.every((slept, n) => {
      const also = other[n]
      return also !== undefined && slept.task === also.task && close(slept.from, also.from) && close(slept.to, also.to)
    })
  )
}

/** The sleeps of a path that was found; undefined if there is anything else on it. */
export function sleptIn(recording: Recording): Slept[] | undefined {
  const names = new Map(recording.tasks.map(({ id, name }) => [id, Number(name)]))
  const segments = criticalPath(recording)?.segments ?? []
  if (segments.some(({ state, on }) => state !== "waiting" || on !== "sleep")) return undefined
  return segments.map(({ task, from, to }) => ({ task: names.get(task) ?? NaN, from, to }))
}

/** The same program on the real library; tasks are named by their number. */
export function runProgram(program: Program): () => Promise<void> {
  const events = new Map<number, asyncio.Event>()
  const queues = new Map<number, asyncio.Queue<number>>()
  const locks = new Map<number, asyncio.Lock>()
  const get = <T>(map: Map<number, T>, key: number, make: () => T): T => {
    const known = map.get(key)
    if (known !== undefined) return known
    const made = make()
    map.set(key, made)
    return made
  }
  const run = async (task: number): Promise<void> => {
    const tasks = new Map<number, asyncio.Task<void>>()
    const make = (child: number): asyncio.Task<void> => get(tasks, child, () => asyncio.createTask(() => run(child), { name: String(child) }))
    for (const action of program[task] ?? []) {
      switch (action.kind) {
        case "sleep":
          await asyncio.sleep(action.seconds)
          break
        case "make":
          make(action.child)
          break
        case "await":
          await make(action.child)
          break
        case "gather":
          await asyncio.gather(action.children.map(make))
          break
        case "wait":
          await asyncio.wait(action.children.map(make))
          break
        case "group":
          await new asyncio.TaskGroup().run((group) => {
            for (const child of action.children) group.createTask(() => run(child), { name: String(child) })
          })
          break
        case "set":
          get(events, action.signal, () => new asyncio.Event()).set()
          break
        case "event":
          await get(events, action.signal, () => new asyncio.Event()).wait()
          break
        case "put":
          get(queues, action.signal, () => new asyncio.Queue<number>()).putNowait(1)
          break
        case "get":
          await get(queues, action.signal, () => new asyncio.Queue<number>()).get()
          break
        case "lock":
          await get(locks, action.lock, () => new asyncio.Lock()).run(() => asyncio.sleep(action.seconds))
          break
      }
    }
  }
  return () => run(0)
}
