/** Programs that end, or are ended, with a pool in some state: `ending.ts KIND STATE`. Each prints the numbers of its processes. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as asyncio from "asyncio-ts"
import { InterpreterPoolExecutor, ProcessPoolExecutor, type ExecutionOptions } from "#src/executors/index.ts"

const [, , kind, state] = process.argv
const pool = new (kind === "process" ? ProcessPoolExecutor : InterpreterPoolExecutor)({
  maxWorkers: 1,
  ...(state === "start that hangs" ? { minWorkers: 1, initializer: () => new Promise(() => undefined) } : {}),
})
const marks = mkdtempSync(join(tmpdir(), "asyncio-ts-ending-"))
process.on("exit", () => rmSync(marks, { recursive: true, force: true }))

/** Computes, for ever or for so many seconds; its mark says that it neither awaits any more nor looks. */
const computes = async (mark: string, seconds: number) => {
  const { writeFileSync } = await import("node:fs")
  writeFileSync(mark, "")
  const end = performance.now() + seconds * 1000
  while (performance.now() < end);
}

/** Begins a job that computes, and waits until it does. */
async function busy(options: ExecutionOptions = {}, seconds = Infinity): Promise<{ readonly job: asyncio.Future<unknown> }> {
  const mark = join(marks, "computes")
  const job = pool.with(options).submit(computes, mark, seconds)
  while (!existsSync(mark)) await asyncio.sleep(0.002)
  return { job }
}

/** The worker processes of this program. */
function children(): number[] {
  return readdirSync("/proc").filter((pid) => /^\d+$/.test(pid)).map(Number).filter((pid) => {
    try {
      const parent = /^\d+ \(.*\) . (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1]
      return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("asyncio-ts worker")
    } catch {
      return false
    }
  })
}

await asyncio.run(async () => {
  switch (state) {
    case "idle":
      await pool.submit(() => 1)
      break
    case "queued job":
      console.log(await pool.submit(() => "done"))
      break
    case "unawaited job":
      void pool.submit(() => 1)
      break
    case "start that hangs":
      break
    case "abandoned job":
      ;(await busy({ cancel: "abandon" })).job.cancel()
      break
    case "endless grace":
      ;(await busy({ cancel: "terminate", grace: Infinity })).job.cancel()
      break
    case "terminating":
      ;(await busy({ cancel: "terminate", grace: 0.2 })).job.cancel()
      break
    case "left job":
      await busy()
      break
    case "shutdown":
      await pool.submit(() => 1)
      await pool.shutdown()
      break
    case "job behind an abandoned one":
      ;(await busy({ cancel: "abandon" }, 0.5)).job.cancel()
      console.log(await pool.submit(() => "done"))
      break
    case "process.exit":
      await busy()
      console.log(JSON.stringify(children()))
      process.exit(7)
    case "uncaught":
      await busy()
      console.log(JSON.stringify(children()))
      setTimeout(() => {
        throw new Error("nobody catches this")
      })
      await new Promise(() => undefined)
      break
    case "killed":
      await busy()
      console.log(JSON.stringify(children()))
      await asyncio.sleep(60)
      break
    default:
      throw new RangeError(`no state ${state}`)
  }
})
