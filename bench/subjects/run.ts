/**
 * A subject's own process: `run.ts SUBJECT BENCH SIZE WARM_UP_SIZE`, the last 0 for none.
 *
 * Prints one line of JSON. Only the work is on the clock: neither the start of the
 * process nor loading the subject is.
 */

import type { BenchName } from "../benches.ts"
import { peakRssMb } from "./peak-rss.ts"
import type { Program, Programs } from "./program.ts"

/** What the name of a subject ends with that is measured without a run before it. */
const COLD = "-cold"

const [subject = "", bench = "", size = "", warmUpSize = ""] = process.argv.slice(2)
const program = await load(subject, bench as BenchName)

if (Number(warmUpSize) > 0 && !subject.endsWith(COLD)) {
  await program(Number(warmUpSize))
  await nextTurn()
}
const begun = performance.now()
const outcome = await program(Number(size))
const elapsed = (performance.now() - begun) / 1000
const { done, seconds } = typeof outcome === "number" ? { done: outcome, seconds: elapsed } : outcome
process.stdout.write(`${JSON.stringify({ seconds, done, peakRssMb: peakRssMb() })}\n`)

async function load(name: string, bench: BenchName): Promise<Program> {
  if (name === "promises-als") {
    const { AsyncLocalStorage } = await import("node:async_hooks")
    const storage = new AsyncLocalStorage<object>()
    const program = pick((await import("./promises.ts")).programs, bench)
    return (size) => storage.run({}, program, size)
  }
  return pick(await programsOf(name, bench), bench)
}

async function programsOf(name: string, bench: BenchName): Promise<Programs> {
  if (bench === "tcp-echo" || bench === "idle-connections") {
    return name === "node" ? (await import("./sockets-node.ts")).programs : (await import("./sockets-asyncio-ts.ts")).programs
  }
  if (bench === "http-client" || bench === "http-client-50") {
    return name === "undici" ? (await import("./http-client-undici.ts")).programs : (await import("./http-client-asyncio-ts.ts")).programs
  }
  if (bench === "http-server" || bench === "http-server-response") {
    return name === "node" ? (await import("./http-server-node.ts")).programs : (await import("./http-server-asyncio-ts.ts")).programs
  }
  if (bench.startsWith("recorder")) return (await import("./recorder-asyncio-ts.ts")).programsWith(name === "recorded")
  if (bench.startsWith("executor-")) return executorsOf(name.endsWith(COLD) ? name.slice(0, -COLD.length) : name)
  if (bench === "work-queue") {
    return name === "p-queue" ? (await import("./work-queue-p-queue.ts")).programs : (await import("./work-queue-asyncio-ts.ts")).programs
  }
  // A literal import each: only the one that is measured is loaded, and each is checked.
  switch (name) {
    case "asyncio-ts":
      return (await import("./asyncio-ts.ts")).programs
    case "promises":
      return (await import("./promises.ts")).programs
    case "effect":
      return (await import("./effect.ts")).programs
    case "effection":
      return (await import("./effection.ts")).programs
    default:
      throw new RangeError(`no subject "${name}"`)
  }
}

async function executorsOf(name: string): Promise<Programs> {
  if (name === "piscina") return (await import("./executors-piscina.ts")).programs
  if (name === "piscina-copied") return (await import("./executors-piscina.ts")).copied
  if (name === "node") return (await import("./executors-node.ts")).programs
  const ours = await import("./executors-asyncio-ts.ts")
  const { InterpreterPoolExecutor, ProcessPoolExecutor, ThreadPoolExecutor } = await import("asyncio-ts/executors")
  switch (name) {
    case "asyncio-ts":
      return ours.programsOn(InterpreterPoolExecutor)
    case "threads":
      return ours.programsOn(ThreadPoolExecutor)
    case "processes":
      return ours.programsOn(ProcessPoolExecutor)
    case "grace":
      return ours.withGrace
    case "copied":
      return ours.copied
    case "coroutines":
      return ours.inTurn
    case "gather":
      return ours.gathered
    default:
      throw new RangeError(`no subject "${name}"`)
  }
}

function pick(programs: Programs, bench: BenchName): Program {
  const program = programs[bench]
  if (program === undefined) throw new RangeError(`no bench "${bench}" for this subject`)
  return program
}

/** Lets the host finish what the warm-up left behind. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
