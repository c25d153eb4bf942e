/**
 * What becomes of caller, job and pool when a wait for a job is cancelled: in each state of the
 * job, in each of the three modes, in each way. `npm test` runs each state in each mode in one way,
 * TEST_SYSTEM=1 in all of them.
 */
import assert from "node:assert/strict"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, describe, test } from "node:test"
import * as asyncio from "asyncio-ts"
import type { CancelMode } from "#src/executors/index.ts"
import type { PoolExecutor } from "#src/executors/pool-executor.ts"
import { until, type Kind } from "./executor-contract.ts"
import type * as jobs from "./programs/jobs.ts"

const MODES: readonly CancelMode[] = ["terminate", "abandon", "wait"]
const STATES = ["queued", "starting", "in the initializer", "computing", "polling", "awaiting"] as const
const WAYS = ["task.cancel", "future.cancel", "a timeout", "a group that fails", "the end of the loop"] as const
type State = (typeof STATES)[number]
type Way = (typeof WAYS)[number]

const JOBS = new URL("./programs/jobs.ts", import.meta.url)
/** After the request: a job that was let go on at once would not tell whether its caller waited for it. */
const LET_GO_MS = 30

export function cancelContract(name: string, { noun, make }: Kind): void {
  describe(`${name}: cancelled waits`, () => {
    let folder: string
    let files = 0
    before(() => {
      folder = mkdtempSync(join(tmpdir(), "asyncio-ts-cancel-"))
    })
    after(() => rmSync(folder, { recursive: true, force: true }))
    const told = (path: string): string => (existsSync(path) ? readFileSync(path, "utf8") : "")
    const letGo = (...paths: string[]): void => {
      for (const path of paths) writeFileSync(`${path}.go`, "")
    }

    for (const [s, state] of STATES.entries()) {
      for (const [m, mode] of MODES.entries()) {
        for (const [w, way] of WAYS.entries()) {
          if (process.env["TEST_SYSTEM"] !== "1" && w !== (s + 2 * m + name.length) % WAYS.length) continue
          test(`a job that is ${state}, cancel: "${mode}", by ${way}`, { timeout: 60_000 }, () => cell(state, mode, way))
        }
      }
    }

    async function cell(state: State, mode: CancelMode, way: Way): Promise<void> {
      const path = join(folder, `${(files += 1)}`)
      // An initializer that is held, so that "starting" lasts.
      const slow = state === "starting" || state === "in the initializer"
      const initializer = async (where: string) => {
        const { appendFileSync, existsSync } = await import("node:fs")
        appendFileSync(where, "s")
        while (!existsSync(`${where}.go`)) await new Promise((resolve) => setTimeout(resolve, 2))
      }
      const pool = make({ maxWorkers: 1, ...(slow ? { initializer, initargs: [`${path}s`] } : {}) })
      // Only what cannot hear the request is to be ended with its worker, however late the others have a turn.
      const deaf = state === "computing" || (state === "polling" && noun === "process")
      const view = pool.with({ cancel: mode, grace: deaf ? 0.05 : 30 })
      // What hears the request ends by it.
      const held = [`${path}s`, ...(way === "the end of the loop" ? [] : [`${path}b`]), ...(deaf && mode !== "terminate" ? [path] : [])]
      let blocker: asyncio.Future<unknown> | undefined
      let timer: NodeJS.Timeout | undefined
      const reports: asyncio.ExceptionContext[] = []
      try {
        await asyncio.run(async () => {
          asyncio.getRunningLoop().setExceptionHandler((_loop, context) => reports.push(context))
          if (!slow) await pool.warm()
          if (state === "queued") {
            blocker = begin(pool, "awaiting", `${path}b`)
            await until(() => told(`${path}b`) === "<", "the blocker's beginning")
          }
          const reached = async (): Promise<void> => {
            if (state === "queued" || state === "starting") await until(() => pool.statistics().queued === 1, "the queue")
            else if (state === "in the initializer") await until(() => told(`${path}s`) === "s", "the initializer")
            else await until(() => told(path) === "<", "the beginning")
          }
          const asked = async (): Promise<void> => {
            await reached()
            if (mode === "wait" && deaf) timer = setTimeout(() => letGo(path), LET_GO_MS)
          }
          await cancelIn(way, () => begin(view, state, path), asked, state, mode, path)
          if (way === "the end of the loop") return
          letGo(...held)
          await afterwards(pool, state, mode, way, path)
          await blocker
        })
        assert.deepEqual(reports.filter(({ message }) => !/never retrieved/.test(message)), [])
        if (way === "the end of the loop") {
          letGo(...held)
          await asyncio.run(() => afterwards(pool, state, mode, way, path))
        }
      } finally {
        clearTimeout(timer)
        pool.killWorkers()
      }
      await until(() => pool.statistics().workers === 0, "the workers' end")
    }

    /** Begins a job that ends when it is let go on, or by the request. */
    function begin(pool: PoolExecutor, state: State, path: string): asyncio.Future<unknown> {
      const cpu = pool.module<typeof jobs>(JOBS) as unknown as Record<"computes" | "polls" | "waits", (path: string) => unknown>
      const fn = state === "computing" ? "computes" : state === "polling" ? "polls" : "waits"
      return pool.submit(cpu[fn], path)
    }

    /** Lets whoever waits for the job be cancelled once it has come so far, and looks when it hears of that. */
    async function cancelIn(way: Way, start: () => asyncio.Future<unknown>, reached: () => Promise<void>, state: State, mode: CancelMode, path: string): Promise<void> {
      const outcome = async (promise: PromiseLike<unknown>): Promise<void> => {
        const error = await promise.then(() => assert.fail("it gave a result"), (thrown: unknown) => thrown as Error)
        const expected = way === "a timeout" ? asyncio.TimeoutError : way === "a group that fails" ? asyncio.ExceptionGroup : asyncio.CancelledError
        assert.ok(error instanceof expected, String(error))
        const ended = told(path).includes(">")
        // A worker that looks may have ended before its caller had its turn.
        if (!begun(state)) assert.equal(told(path), "")
        else if (mode === "wait") assert.equal(ended, true, "its caller waited for its end")
        else if (state === "computing") assert.equal(ended, false, "its caller went on at once")
      }
      switch (way) {
        case "task.cancel": {
          const task = asyncio.createTask(async () => start())
          await reached()
          task.cancel()
          return outcome(task)
        }
        case "future.cancel": {
          const future = start()
          await reached()
          assert.equal(future.cancel(), true)
          return outcome(future)
        }
        case "a timeout": {
          const timeout = asyncio.timeout(null)
          const task = asyncio.createTask(timeout.run(() => start()))
          await reached()
          timeout.reschedule(asyncio.getRunningLoop().time())
          return outcome(task)
        }
        case "a group that fails": {
          const group = new asyncio.TaskGroup().run(async (tg) => {
            tg.createTask(async () => start())
            tg.createTask(async () => {
              await reached()
              throw new RangeError("the other one")
            })
          })
          return outcome(group)
        }
        case "the end of the loop":
          void start()
          return reached()
      }
    }

    function begun(state: State): boolean {
      return state === "computing" || state === "polling" || state === "awaiting"
    }

    async function afterwards(pool: PoolExecutor, state: State, mode: CancelMode, way: Way, path: string): Promise<void> {
      assert.equal(pool.statistics().queued, 0)
      assert.equal(await pool.submit((n: number) => n, 7), 7)
      // One that is ended with its worker runs until that has left.
      await until(() => pool.statistics().running.length === 0, "the jobs' end")
      const { cancelled, crashes, done, started } = pool.statistics()
      assert.equal(crashes, 0)
      // A computation that is let alone, and a poll that may be, return in the end.
      const ended = state === "computing" && mode !== "terminate"
      const polled = state === "polling"
      // The one that it waited for ended with the loop, too.
      const both = state === "queued" && way === "the end of the loop"
      if (!ended && !polled) assert.equal(cancelled, both ? 2 : 1)
      else assert.ok(done >= 1)
      const replaced = mode === "terminate" && (state === "computing" || (polled && noun === "process"))
      assert.equal(started, replaced ? 2 : 1, "how many workers were started")
      if (polled && noun === "thread") assert.equal(told(path), "<!>", "it saw the request")
    }
  })
}
