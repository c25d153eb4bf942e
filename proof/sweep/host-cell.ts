/** One cell of the sweep over the host's operations: it is cancelled so many rounds of the host after its beginning, and everything is looked at. */
import assert from "node:assert/strict"
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setImmediate } from "node:timers/promises"
import * as asyncio from "asyncio-ts"
import { ProcessPoolExecutor } from "asyncio-ts/executors"
import type { HostOperation, Scene } from "./host-operations.ts"

export interface HostCell {
  readonly operation: HostOperation
  readonly way: HostWay
  /** Rounds of the host before it is cancelled; 0: before its first step. */
  readonly rounds: number
  readonly eager: boolean
  /** For how many seconds what is left may take to go. */
  readonly patience?: number
}

type Task = asyncio.Task<unknown>

/** How it is cancelled, and what its task must then fail with. */
export interface HostWay {
  readonly name: string
  launch(body: () => Promise<unknown>): { readonly task: Task; pull(): unknown }
  readonly error: (error: unknown) => boolean
}

const isCancelled = (error: unknown): boolean => error instanceof asyncio.CancelledError

const cancelledBy = (cancel: (task: Task) => unknown): HostWay["launch"] => (body) => {
  const task = asyncio.createTask(body)
  return { task, pull: () => cancel(task) }
}

export const HOST_WAYS: readonly HostWay[] = [
  { name: "cancel, with a message", launch: cancelledBy((task) => task.cancel("why")), error: (error) => error instanceof asyncio.CancelledError && error.reason === "why" },
  {
    name: "cancel twice",
    launch: cancelledBy((task) => {
      task.cancel("why")
      task.cancel("again")
    }),
    error: isCancelled,
  },
  {
    name: "cancel, and again a tick later",
    launch: cancelledBy((task) => {
      task.cancel("why")
      asyncio.getRunningLoop().callSoon(() => void task.cancel("again"))
    }),
    error: isCancelled,
  },
  {
    name: "abort signal",
    launch: (body) => {
      const controller = new AbortController()
      return { task: asyncio.createTask(body, { signal: controller.signal }), pull: () => controller.abort("why") }
    },
    error: isCancelled,
  },
  {
    name: "timeout round it",
    launch: (body) => {
      let timeout: asyncio.Timeout | undefined
      let late = false
      return {
        task: asyncio.createTask(() => {
          timeout = asyncio.timeout(late ? 0 : 60)
          return timeout.run(body)
        }),
        pull: () => {
          late = true
          timeout?.reschedule(asyncio.getRunningLoop().time())
        },
      }
    },
    error: (error) => error instanceof asyncio.TimeoutError,
  },
  {
    name: "error in a sibling of a TaskGroup",
    launch: (body) => {
      const failure = new asyncio.Future<void>()
      const task = asyncio.createTask(() =>
        new asyncio.TaskGroup().run((group) => {
          group.createTask(body)
          group.createTask(async () => failure)
        }),
      )
      // A timeout that is too late may have been asked for already.
      return { task, pull: () => failure.done() || failure.setException(new RangeError("sibling")) }
    },
    error: (error) => error instanceof asyncio.ExceptionGroup && error.errors.length === 1 && error.errors[0] instanceof RangeError,
  },
]

/** Node keeps a socket of the first process that it has a channel to. */
export async function firstUse(): Promise<void> {
  await asyncio.run(async () => {
    const pool = new ProcessPoolExecutor({ maxWorkers: 1 })
    try {
      await pool.submit(() => 1)
    } finally {
      await pool.shutdown()
    }
  })
}

const PATIENCE = 20

/** Runs a cell on a loop of its own; gives whether it was cancelled before it came to its end. */
export async function runHostCell(cell: HostCell): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-sweep-"))
  const reports: string[] = []
  const before = open()
  const { patience = PATIENCE } = cell
  try {
    const cancelled = await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      loop.setExceptionHandler((_loop, { message, exception }) => void reports.push(`${message}: ${String(exception)}`))
      if (cell.eager) loop.setTaskFactory(asyncio.eagerTaskFactory)
      const scene = await cell.operation(folder)
      const cancelled = await cancelIn(cell, scene)
      await scene.close?.()
      await restOf(loop, patience)
      return cancelled
    })
    await gone(before, patience)
    assert.deepEqual(reports, [], "reports to the exception handler")
    return cancelled
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function cancelIn({ way, rounds, patience = PATIENCE }: HostCell, scene: Scene): Promise<boolean> {
  let over = false
  let returned = false
  const { task, pull } = way.launch(async () => {
    try {
      await scene.wait()
      returned = true
    } finally {
      over = true
    }
  })
  for (let round = 0; round < rounds && !over; round += 1) await asyncio.wrapFuture(setImmediate())
  if (!task.done()) pull()
  await asyncio.wait([task], { timeout: patience })
  assert.ok(task.done(), "it does not end")
  const error: unknown = await task.then(() => undefined, (thrown: unknown) => thrown)
  assert.ok(error === undefined || way.error(error), `it failed with ${String(error)}`)
  // What had come to its end may be cancelled all the same: only the other way round something is lost.
  assert.ok(returned || error !== undefined, "it was neither cancelled nor has it come to its end")
  return !returned
}

/** Nothing of the loop's is left; what ends by itself is given its time. */
async function restOf(loop: asyncio.EventLoop, patience: number): Promise<void> {
  const own = loop as unknown as LoopInside // of the loop's own, which only tests look at
  for (const until = performance.now() + patience * 1000; performance.now() < until; await asyncio.sleep(0.001)) {
    if (asyncio.allTasks().size === 1 && own.hostOperations === 0 && own.timerCount === 0) break
  }
  assert.deepEqual([...asyncio.allTasks()].filter((task) => task !== asyncio.currentTask()).map(String), [], "tasks that are left")
  assert.equal(own.hostOperations, 0, "operations of the host that are left")
  assert.equal(own.timerCount, 0, "timers that are left")
  assert.deepEqual(own.unstarted.takeAll(), [], "coroutines that were never awaited")
}

interface LoopInside {
  readonly hostOperations: number
  readonly timerCount: number
  readonly unstarted: { takeAll(): unknown[] }
}

/** What the process has open: handles, and where the system lists them, descriptors of sockets, pipes and the test's own files. */
function open(): string[] {
  const kinds = process.getActiveResourcesInfo().filter((kind) => !/^(?:Timeout|Immediate|TickObject)$/.test(kind))
  if (process.platform !== "linux") return kinds
  return [...kinds, ...readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`)
      return /^(?:socket|pipe):|asyncio-ts-sweep-/.test(target) ? [target.replace(/asyncio-ts-sweep-\w+/, "folder")] : []
    } catch {
      return [] // the one that the list was read with
    }
  })].sort()
}

async function gone(before: readonly string[], patience: number): Promise<void> {
  let left: string[] = []
  for (const until = performance.now() + patience * 1000; performance.now() < until; ) {
    const had = [...before]
    left = open().filter((one) => {
      const at = had.indexOf(one)
      if (at !== -1) had.splice(at, 1)
      return at === -1
    })
    if (left.length === 0) return
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  assert.deepEqual(left, [], "what is left open")
}
