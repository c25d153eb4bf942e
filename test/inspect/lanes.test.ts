import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { timelineOf, type RecordedJob, type RecordedPools, type RecordedWorker, type TimelineLane } from "asyncio-ts/inspect"

const thread: RecordedWorker = { id: 1, pool: "sums", label: "thread 1", started: 0, ready: 2 }

function job(id: number, begun: number, ended?: number, more: Partial<RecordedJob> = {}): RecordedJob {
  return { id, name: "sum", worker: 1, queued: 0, begun, ...(ended === undefined ? {} : { ended, how: "returned" }), ...more }
}

function lanes(pools: Partial<RecordedPools>, until?: number): readonly TimelineLane[] {
  const all = { workers: [thread], jobs: [], dropped: 0, loops: [], ...pools }
  return timelineOf({ tasks: [], events: [], dropped: 0, pools: all }, until === undefined ? {} : { until }).pools?.lanes ?? []
}

function spansOf({ spans }: TimelineLane): string[] {
  return spans.map(({ state, from, to }) => `${from}-${to} ${state}`)
}

describe("the lane of a worker", () => {
  it("says when it started, ran a job, and was idle", () => {
    const [lane] = lanes({ workers: [{ ...thread, gone: 9, how: "left" }], jobs: [job(1, 2, 4), job(2, 4, 5), job(3, 7, 8)] })
    assert.ok(lane !== undefined)
    assert.deepEqual(spansOf(lane), ["0-2 starting", "2-4 running", "4-5 running", "5-7 idle", "7-8 running", "8-9 idle"])
    assert.deepEqual([lane.name, lane.from, lane.to, lane.end, lane.note], ["sums thread 1", 0, 9, "returned", "3 jobs, 44 % busy"])
  })

  it("goes on until the last event of any, or until it is told to, while it lives", () => {
    const other = { ...thread, id: 2, label: "thread 2", ready: 6 }
    const [lane] = lanes({ workers: [thread, other], jobs: [job(1, 3)] })
    assert.deepEqual(lane?.jobs.map(({ from, to, end }) => [from, to, end]), [[3, 6, undefined]])
    assert.equal(lane?.end, undefined)
    assert.deepEqual(lanes({ jobs: [job(1, 3)] }, 8).map(({ to }) => to), [8])
    assert.deepEqual(lanes({ workers: [{ ...thread, ready: 1 }] }, 3).map(spansOf), [["0-1 starting", "1-3 idle"]])
  })

  it("begins with the first job that is known of a worker that is older", () => {
    const { started: _started, ready: _ready, ...older } = thread
    assert.deepEqual(lanes({ workers: [older], jobs: [job(1, 3, 4)] }).map(spansOf), [["3-4 running"]])
    assert.deepEqual(lanes({ workers: [older] }), [])
  })

  it("tells a worker that left from one that was ended with its job, and one that died", () => {
    const ended = (how: RecordedWorker["how"], end: RecordedJob["how"]): TimelineLane["end"] =>
      lanes({ workers: [{ ...thread, gone: 4, ...(how === undefined ? {} : { how }) }], jobs: [job(1, 2, 4, end === undefined ? {} : { how: end })] })[0]?.end
    assert.equal(ended("left", "returned"), "returned")
    assert.equal(ended("ended", "cancelled"), "cancelled")
    assert.equal(ended("ended", "returned"), "returned")
    assert.equal(ended("crashed", "crashed"), "failed")
    assert.equal(ended(undefined, "returned"), undefined)
  })

  it("stands beside those of its pool, and jobs without a worker are counted", () => {
    const workers = [thread, { ...thread, id: 2, pool: "other" }, { ...thread, id: 3, label: "thread 3" }]
    const waiting: RecordedJob = { id: 9, name: "sum", queued: 1 }
    const { pools } = timelineOf({ tasks: [], events: [], dropped: 0, pools: { workers, jobs: [waiting, { ...waiting, id: 8, ended: 2, how: "cancelled" }], dropped: 3, loops: [2] } })
    assert.deepEqual(pools?.lanes.map(({ name }) => name), ["sums thread 1", "sums thread 3", "other thread 1"])
    assert.deepEqual([pools?.queued, pools?.dropped, pools?.loops], [1, 3, [2]])
  })

  it("is not there in a recording of before there were workers", () => {
    assert.equal(timelineOf({ tasks: [], events: [], dropped: 0 }).pools, undefined)
  })
})
