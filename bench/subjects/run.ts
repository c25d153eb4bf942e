/**
 * A subject's own process: `run.ts SUBJECT BENCH SIZE WARM_UP_SIZE`, the last 0 for none.
 *
 * Prints one line of JSON. Only the work is on the clock: neither the start of the
 * process nor loading the subject is.
 */

import type { BenchName } from "../benches.ts"
import { peakRssMb } from "./peak-rss.ts"
import type { Program, Programs } from "./program.ts"

const [subject = "", bench = "", size = "", warmUpSize = ""] = process.argv.slice(2)
const program = await load(subject, bench as BenchName)

if (Number(warmUpSize) > 0) {
  await program(Number(warmUpSize))
  await nextTurn()
}
const begun = performance.now()
const done = await program(Number(size))
const seconds = (performance.now() - begun) / 1000
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

function pick(programs: Programs, bench: BenchName): Program {
  const program = programs[bench]
  if (program === undefined) throw new RangeError(`no bench "${bench}" for this subject`)
  return program
}

/** Lets the host finish what the warm-up left behind. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
