import assert from "node:assert/strict"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { Recorder, type RecordedJob, type RecordedPools } from "asyncio-ts/inspect"
import { runVirtual } from "asyncio-ts/testing"

import { observer, type JobInfo, type WorkerInfo } from "#src/core/observer.ts"
import { host } from "#src/host/host.ts"

let ids = 0
const made = (name: string): JobInfo => ({ id: (ids += 1), name, made: 0 })
const worker = (label: string): WorkerInfo => ({ pool: "pool", label })

/** What a recorder keeps of what `tell` tells the observers. */
function recorded(tell: (told: NonNullable<typeof observer>) => void, capacity = 1000): RecordedPools | undefined {
  const recorder = new Recorder({ capacity }).start()
  try {
    assert.ok(observer !== null)
    tell(observer)
  } finally {
    recorder.stop()
  }
  return recorder.recording().pools
}

function brief({ name, queued, begun, ended, how, reason, worker }: RecordedJob): unknown[] {
  return [name, worker, queued, begun, ended, how, ...(reason === undefined ? [] : [reason])]
}

describe("a Recorder of pools", () => {
  it("says nothing of pools where there are none", () => {
    assert.equal(recorded(() => undefined), undefined)
  })

  it("tells when each worker and job began and ended, and how", () => {
    const [one, two] = [worker("thread 1"), worker("thread 2")]
    const [sum, late, never] = [made("sum"), made("late"), made("never")]
    const pools = recorded((to) => {
      to.workerStarted(one, 1)
      to.jobQueued(sum, 1)
      to.jobQueued(late, 1)
      to.jobQueued(never, 1)
      to.workerReady(one, 2)
      to.jobBegun(sum, one, 2)
      to.workerStarted(two, 2)
      to.jobEnded(sum, "failed", 4, new RangeError("too\nmuch"))
      to.jobBegun(late, one, 4)
      to.jobEnded(never, "cancelled", 5, undefined)
      to.workerGone(two, "left", 6)
    })
    assert.deepEqual(pools?.workers, [
      { id: 1, pool: "pool", label: "thread 1", started: 1, ready: 2 },
      { id: 2, pool: "pool", label: "thread 2", started: 2, gone: 6, how: "left" },
    ])
    assert.deepEqual(pools?.jobs.map(brief), [
      ["sum", 1, 1, 2, 4, "failed", "RangeError: too"],
      ["never", undefined, 1, undefined, 5, "cancelled"],
      ["late", 1, 1, 4, undefined, undefined],
    ])
    assert.equal(pools?.dropped, 0)
  })

  it("tells of a job that runs again once for each time", () => {
    const [one, two] = [worker("process 1"), worker("process 2")]
    const job = made("again")
    const pools = recorded((to) => {
      to.workerStarted(one, 0)
      to.jobBegun(job, one, 1)
      to.jobEnded(job, "crashed", 2, "it left with exit code 3")
      to.workerGone(one, "crashed", 2)
      to.jobQueued(job, 2)
      to.workerStarted(two, 2)
      to.jobBegun(job, two, 3)
      to.jobEnded(job, "returned", 4)
    })
    assert.deepEqual(pools?.jobs.map(brief), [
      ["again", 1, 0, 1, 2, "crashed", "it left with exit code 3"],
      ["again", 2, 2, 3, 4, "returned"],
    ])
    assert.deepEqual(pools?.workers.map(({ gone, how }) => [gone, how]), [[2, "crashed"], [undefined, undefined]])
  })

  it("knows the task that wanted a job, and the loops that share the clock of workers", async () => {
    const jobs: JobInfo[] = []
    const ask = () => {
      jobs.push(made("asked"))
      observer?.jobQueued(jobs.at(-1) as JobInfo, host.now())
    }
    const recorder = new Recorder().start()
    await asyncio.run(async () => {
      await asyncio.createTask(async () => ask(), { name: "asker" })
    })
    await runVirtual(ask)
    recorder.stop()
    const { tasks, pools } = recorder.recording()
    const [asker] = tasks.filter(({ name }) => name === "asker")
    assert.equal(pools?.jobs[0]?.task, asker?.id)
    assert.notEqual(pools?.jobs[1]?.task, undefined)
    assert.deepEqual(pools?.loops, [asker?.loop])
  })

  it("takes in a worker that began before it", () => {
    const one = worker("thread 1")
    const pools = recorded((to) => {
      to.jobEnded(made("unseen"), "returned", 1)
      to.workerReady(one, 1)
      to.jobBegun(made("first"), one, 2)
    })
    assert.deepEqual(pools?.workers, [{ id: 1, pool: "pool", label: "thread 1" }])
    assert.deepEqual(pools?.jobs.map(({ name }) => name), ["first"])
  })

  it("keeps the latest jobs, and the workers that ran them, so that its memory is bounded", () => {
    const pools = recorded((to) => {
      for (let n = 0; n < 1000; n += 1) {
        const one = worker(`thread ${n}`)
        const job = made(`job ${n}`)
        to.workerStarted(one, n)
        to.jobBegun(job, one, n)
        to.jobEnded(job, "returned", n + 1)
        to.workerGone(one, "left", n + 1)
      }
    }, 40)
    assert.deepEqual(pools?.jobs.map(({ name }) => name), Array.from({ length: 10 }, (_, n) => `job ${990 + n}`))
    assert.deepEqual(pools?.workers.map(({ label }) => label), Array.from({ length: 10 }, (_, n) => `thread ${990 + n}`))
    assert.equal(pools?.dropped, 990)
  })

  it("keeps the last workers that ended without a job", () => {
    const pools = recorded((to) => {
      for (let n = 0; n < 100; n += 1) {
        const one = worker(`thread ${n}`)
        to.workerStarted(one, n)
        to.workerGone(one, "crashed", n + 1)
      }
    })
    assert.deepEqual([pools?.workers.length, pools?.workers[0]?.label, pools?.workers.at(-1)?.label], [32, "thread 68", "thread 99"])
  })

  it("is plain data, the same as its JSON", () => {
    const pools = recorded((to) => {
      const one = worker("thread 1")
      to.workerStarted(one, 0)
      to.jobBegun(made("a"), one, 1)
      to.jobQueued(made("b"), 1)
    })
    assert.deepEqual(JSON.parse(JSON.stringify(pools)), pools)
  })
})
