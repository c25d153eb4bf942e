import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import * as asyncio from "asyncio-ts"
import type { Attack, Findings, Work } from "../proof.ts"
import { slopeOf } from "./slope.ts"
import { WORKS, type Works } from "./works.ts"

/** Looks at the heap, of which the first are not counted: what is compiled and cached comes then. */
const LOOKS = 60
const WARM = 20
const TOGETHER = 100

export const leaks: Attack = (work) => tryLeaks(work)

/** @param works - what tasks come to: a test plants one that leaves something */
export async function tryLeaks(work: Work, works: readonly Works[] = WORKS): Promise<Findings> {
  const before = process.getActiveResourcesInfo().toSorted().join()
  const { done, heap, left } = await asyncio.run(() => spawn(work, works))
  const after = process.getActiveResourcesInfo().toSorted().join()
  const { slope, from, to } = slopeOf(heap)
  const failures: string[] = []
  // One that was interrupted shows what it can.
  if (!Number.isFinite(slope) && !work.signal.aborted) failures.push(`of ${done} tasks no slope can be told: try more`)
  if (from > 0) failures.push(`the heap grows by ${slope.toFixed(4)} bytes with each task (95 %: ${from.toFixed(4)} to ${to.toFixed(4)})`)
  if (left !== "") failures.push(left)
  if (before !== after) failures.push(`the host had open ${before || "nothing"} before, and ${after || "nothing"} after it`)
  const [first, last] = [heap[0]?.bytes ?? 0, heap.at(-1)?.bytes ?? 0]
  return {
    done,
    failures,
    figures: {
      "bytes a task": Number.isNaN(slope) ? "nobody knows of so few" : `${slope.toExponential(2)} (95 %: ${from.toExponential(2)} to ${to.toExponential(2)})`,
      heap: `${(first / 2 ** 20).toFixed(2)} MB, in the end ${(last / 2 ** 20).toFixed(2)} MB`,
    },
  }
}

export interface Look {
  readonly tasks: number
  readonly bytes: number
}

async function spawn({ size, signal, progress }: Work, works: readonly Works[]): Promise<{ done: number; heap: Look[]; left: string }> {
  const collect = collector()
  const loop = asyncio.getRunningLoop()
  const heap: Look[] = []
  let done = 0
  const each = Math.ceil(size / (LOOKS + WARM))
  for (let look = 0; look < LOOKS + WARM && !signal.aborted; look += 1) {
    for (const until = Math.min(size, done + each); done < until && !signal.aborted; ) {
      for (const work of works) done += await work(TOGETHER)
    }
    // What the last of them has left to the host and to the engine is over by then.
    await asyncio.sleep(0.01)
    collect()
    if (look >= WARM) heap.push({ tasks: done, bytes: process.memoryUsage().heapUsed })
    progress(done)
  }
  const tasks = asyncio.allTasks(loop).size
  const timers = (loop as unknown as { timerCount: number }).timerCount // of the loop's own, which only tests look at
  return { done, heap, left: tasks === 1 && timers === 0 ? "" : `${tasks - 1} tasks and ${timers} timers are left` }
}

function collector(): () => void {
  setFlagsFromString("--expose-gc")
  return runInNewContext("gc") as () => void // what the flag makes
}
