/**
 * What the watchdog costs a program that does not block: in turns with and without it, the switch
 * of tasks, a TCP echo, small calls that are looked at, and how often a loop that rests wakes; and
 * by how much it lengthens what blocks.
 *
 * Each turn is a process of its own, so that neither profits from the other's warm-up. In it a few
 * milliseconds of the work are timed again and again, and the value that one in twenty stays below
 * counts: what else runs on the machine makes most of them longer, by ten times what is looked for.
 */
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { createServer, connect } from "node:net"
import { setTimeout as pause } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import * as asyncio from "asyncio-ts"
import { startWatchdog } from "asyncio-ts/inspect"
import { ANSWERS, type MainSide } from "#src/inspect/watchdog/main-side-node.ts"
import { LIMITS } from "./limits.ts"

const [, , what, how] = process.argv
const ROUNDS = 7
const SLICES = 300
const SELF = fileURLToPath(import.meta.url)

/** Each gives nanoseconds for one of what it does, or what its name says. */
const MEASURES: Readonly<Record<string, () => Promise<number>>> = {
  async switch() {
    const run = (count: number): Promise<unknown> =>
      asyncio.run(async () => {
        const go = async (): Promise<void> => {
          for (let i = 0; i < count / 2; i += 1) await asyncio.sleep(0)
        }
        await asyncio.gather([asyncio.createTask(go), asyncio.createTask(go)])
      })
    return await per(10_000, run)
  },
  async echo() {
    const server = createServer((socket) => socket.pipe(socket)).listen(0)
    await new Promise((resolve) => server.once("listening", resolve))
    const address = server.address()
    const socket = connect(typeof address === "object" && address !== null ? address.port : 0)
    const exchange = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i += 1) {
        socket.write("tea")
        await new Promise((resolve) => socket.once("data", resolve))
      }
    }
    const took = await per(200, exchange)
    socket.destroy()
    server.close()
    return took
  },
  async parse() {
    const text = JSON.stringify({ tea: "Assam", cups: [1, 2, 3] })
    return await per(20_000, (count) => {
      for (let i = 0; i < count; i += 1) JSON.parse(text)
    })
  },
  async stringify() {
    const value = { tea: "Assam", cups: [1, 2, 3] }
    return await per(20_000, (count) => {
      for (let i = 0; i < count; i += 1) JSON.stringify(value)
    })
  },
  async join() {
    const value = [3, 1, 2]
    return await per(20_000, (count) => {
      for (let i = 0; i < count; i += 1) value.join()
    })
  },
  async read() {
    return await per(500, (count) => {
      for (let i = 0; i < count; i += 1) readFileSync(SELF)
    })
  },
  async "wake-ups in 2 s of rest"() {
    await pause(1500)
    const before = rests()
    await pause(2000)
    return rests() - before
  },
  async "processor of all threads, of 1,000, in 2 s of rest"() {
    await pause(1500)
    const before = process.cpuUsage()
    await pause(2000)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 2000
  },
  /** Steps of a computation in which the main thread was looked into, less what a step takes. */
  async "microseconds that looking adds to a stall of 0.3 s"() {
    const step = (): number => {
      let sum = 0
      for (let i = 0; i < 30_000; i += 1) sum += i & 7
      return sum
    }
    const answers = (globalThis as { [ANSWERS]?: MainSide })[ANSWERS]
    const look = answers?.look
    let looks = 0
    if (answers !== undefined) Object.defineProperty(answers, "look", { value: () => ((looks += 1), look?.()), configurable: true })
    const added: number[] = []
    for (let stall = 0; stall < 5; stall += 1) {
      await pause(250)
      let [last, seen, sum] = [performance.now(), looks, 0]
      const steps: number[] = []
      for (const end = last + 300; last < end; ) {
        step()
        const now = performance.now()
        if (looks !== seen) sum += now - last
        else steps.push(now - last)
        seen = looks
        last = now
      }
      added.push(Math.max(0, sum - median(steps) * 2) * 1000)
    }
    return median(added)
  },
}

/** Nanoseconds for one of what `body` does as often as it is told. */
async function per(count: number, body: (count: number) => unknown): Promise<number> {
  const took: number[] = []
  for (let slice = 0; slice < SLICES * 1.2; slice += 1) {
    const from = performance.now()
    await body(count)
    took.push(((performance.now() - from) / count) * 1e6)
    // The loop turns, as in a program that does not block.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return took.slice(-SLICES).toSorted((a, b) => a - b)[SLICES / 20] ?? NaN
}

function rests(): number {
  return Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(readFileSync(`/proc/self/task/${process.pid}/status`, "utf8"))?.[1])
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN
}

if (what !== undefined && how !== undefined) {
  const watchdog = how === "with" ? startWatchdog({ report: false }) : undefined
  await watchdog?.ready
  console.log(await MEASURES[what]?.())
  watchdog?.stop()
} else {
  console.log(`Node ${process.version}, ${ROUNDS} rounds, in turns; threshold ${LIMITS.threshold} s`)
  for (const name of Object.keys(MEASURES).filter((name) => what === undefined || name === what)) {
    const taken: Record<"with" | "without", number[]> = { with: [], without: [] }
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const side of round % 2 === 0 ? (["without", "with"] as const) : (["with", "without"] as const)) {
        taken[side].push(Number(execFileSync(process.execPath, [...process.execArgv, SELF, name, side], { encoding: "utf8" })))
      }
    }
    const [without, withIt] = [median(taken.without), median(taken.with)]
    const least = [Math.min(...taken.without), Math.min(...taken.with)] as const
    const change = (a: number, b: number): string => `${b >= a ? "+" : ""}${(((b - a) / a) * 100).toFixed(1)} %`
    console.log(`${name}: ${without.toFixed(1)} without, ${withIt.toFixed(1)} with (${change(without, withIt)}); least ${least[0].toFixed(1)} and ${least[1].toFixed(1)} (${change(...least)})`)
  }
}
