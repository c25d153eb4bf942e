/**
 * What it costs to look into a program, from the outside and inside. By hand, since it takes a minute:
 *
 * node --conditions=asyncio-ts:source test/inspect/attach/programs/measure.ts [CYCLES]
 */
import { execFileSync, fork, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

import { Attached } from "#src/inspect/attach/attach-node.ts"
import { socketOf } from "#src/inspect/attach/socket-folder-node.ts"
import { renderTree } from "#src/inspect/snapshot/render-tree.ts"
import { belongings } from "./start.ts"
import type { Order, State } from "./measured.ts"

const CYCLES = Number(process.argv[2] ?? 1000)
const CONDITION = "--conditions=asyncio-ts:source"
const COMMAND = fileURLToPath(new URL("../../../../src/cli/main.ts", import.meta.url))

function program(tasks: number, env: NodeJS.ProcessEnv = {}): ChildProcess {
  return fork(new URL("measured.ts", import.meta.url), [String(tasks)], {
    execArgv: [CONDITION, "--expose-gc", "--inspect-port=0"],
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  })
}

async function started(tasks: number, way: "inspector" | "socket"): Promise<ChildProcess> {
  const child = program(tasks, way === "socket" ? { ASYNCIO_TS_INSPECT: "1" } : {})
  await once(child, "message")
  while (way === "socket" && socketOf(child.pid ?? 0) === undefined) await new Promise((resolve) => setTimeout(resolve, 5))
  return child
}

async function tell<T>(child: ChildProcess, order: Order): Promise<T> {
  child.send(order)
  const [answer] = (await once(child, "message")) as [T]
  return answer
}

function report(what: string, values: readonly number[], unit = "ms"): void {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (part: number): string => (sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN).toFixed(1)
  console.log(`${what.padEnd(58)} best ${at(0).padStart(6)}  median ${at(0.5).padStart(6)}  worst ${at(1).padStart(6)} ${unit}`)
}

async function timed(action: () => unknown): Promise<number> {
  const from = performance.now()
  await action()
  return performance.now() - from
}

async function fromPidToTree(tasks: number, way: "inspector" | "socket"): Promise<void> {
  const child = await started(tasks, way)
  const pid = child.pid ?? 0
  const whole: number[] = []
  const gaps: number[] = []
  const paused: number[] = []
  for (let times = 0; times < 15; times++) {
    await tell(child, "reset")
    whole.push(await timed(async () => {
      const attached = await Attached.to(pid)
      if (attached.way !== way) throw new Error(`reached by the ${attached.way}`)
      const snapshot = await attached.snapshot()
      if (renderTree(snapshot).length < tasks) throw new Error("not all tasks")
      paused.push(snapshot.paused * 1000)
      await attached.close()
    }))
    gaps.push(await tell<number>(child, "gap"))
  }
  report(`${tasks} tasks, ${way}: from PID to tree, and closed again`, whole)
  report(`${tasks} tasks, ${way}: longest gap of a 1 ms timer in it`, gaps)
  report(`${tasks} tasks, ${way}: longest piece, as the agent says`, paused)
  const times: number[] = []
  for (let run = 0; run < 5; run++) times.push(await timed(() => execFileSync(process.execPath, [CONDITION, COMMAND, "pstree", String(pid)], { maxBuffer: 2 ** 28 })))
  report(`${tasks} tasks, ${way}: the whole command, from its sources`, times)
  const empty: number[] = []
  for (let run = 0; run < 5; run++) empty.push(await timed(() => execFileSync(process.execPath, ["-e", "0"])))
  report("  of that, Node's own start", empty)
  await tell(child, "reset")
  await new Promise((resolve) => setTimeout(resolve, 300))
  report("  the same gap in 0.3 s in which nobody looks", [await tell<number>(child, "gap")])
  child.kill()
}

async function cycles(way: "inspector" | "socket"): Promise<void> {
  const child = await started(100, way)
  const pid = child.pid ?? 0
  const speed = [await tell<number>(child, "awaits")]
  const look = async (): Promise<void> => {
    const attached = await Attached.to(pid)
    await attached.snapshot()
    await attached.close()
  }
  // What the engine compiles at the first looks stays.
  for (let times = 0; times < 20; times++) await look()
  const before = await tell<State>(child, "state")
  const outside = belongings(pid)
  await tell(child, "load")
  const from = await tell<{ switches: number; at: number }>(child, "rate")
  let failures = 0
  const taken = await timed(async () => {
    for (let times = 0; times < CYCLES; times++) {
      try {
        await look()
      } catch (error) {
        failures += 1
        console.log(String(error))
      }
    }
  })
  const to = await tell<{ switches: number; at: number }>(child, "rate")
  await tell(child, "rest")
  const after = await tell<State>(child, "state")
  speed.push(await tell<number>(child, "awaits"))
  const same = (a: unknown, b: unknown): string => (JSON.stringify(a) === JSON.stringify(b) ? "the same" : `${JSON.stringify(a)} -> ${JSON.stringify(b)}`)
  console.log(`${CYCLES} times by the ${way} under load (${Math.round((to.switches - from.switches) / (to.at - from.at))} switches/s): ${failures} failures, ${(taken / CYCLES).toFixed(1)} ms each`)
  console.log(`  files, threads, ports: ${same(outside, belongings(pid))}; handles: ${same(before.resources, after.resources)}; listeners: ${same(before.listeners, after.listeners)}; globals: ${same(before.globals, after.globals)}`)
  console.log(`  heap ${before.heap.toFixed(1)} -> ${after.heap.toFixed(1)} MB, rss ${before.rss.toFixed(0)} -> ${after.rss.toFixed(0)} MB; an await ${speed.map((ns) => ns.toFixed(1)).join(" -> ")} ns (CPU, best of 15)`)
  child.kill()
}

/** CPU per switch while somebody is attached and asks nothing, against nobody; in turns, so that what else the machine does falls on both. */
async function idleLoss(way: "inspector" | "socket"): Promise<void> {
  const child = await started(1000, way)
  await tell(child, "load")
  const measure = async (): Promise<number> => {
    const from = await tell<{ switches: number; cpu: number }>(child, "rate")
    await new Promise((resolve) => setTimeout(resolve, 400))
    const to = await tell<{ switches: number; cpu: number }>(child, "rate")
    return ((to.cpu - from.cpu) * 1e9) / (to.switches - from.switches)
  }
  await measure()
  const alone: number[] = []
  const watched: number[] = []
  for (let round = 0; round < 20; round++) {
    alone.push(await measure())
    const attached = await Attached.to(child.pid ?? 0)
    await attached.snapshot()
    watched.push(await measure())
    await attached.close()
  }
  const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN
  const ratios = watched.map((value, at) => (value / (alone[at] ?? NaN) - 1) * 100)
  console.log(`attached by the ${way} and idle: ${median(alone).toFixed(1)} ns of CPU a switch alone, ${median(watched).toFixed(1)} watched; median of the pairs ${median(ratios).toFixed(2)} %, best ${(Math.min(...watched) / Math.min(...alone) * 100 - 100).toFixed(2)} %`)
  child.kill()
}

console.log(`Node ${process.version}`)
for (const way of ["inspector", "socket"] as const) {
  for (const tasks of [1000, 10_000]) await fromPidToTree(tasks, way)
  await idleLoss(way)
  await cycles(way)
}
