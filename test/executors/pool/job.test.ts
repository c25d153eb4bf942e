import assert from "node:assert/strict"
import { test } from "node:test"
import { hold } from "#src/executors/pool/hold.ts"
import { Job, type JobListener, type JobPlan } from "#src/executors/pool/job.ts"
import { processes } from "#src/executors/pool/process-carrier.ts"
import { threads } from "#src/executors/pool/thread-carrier.ts"
import { installHost } from "#src/host/host.ts"
import { nodeHost } from "#src/host/node.ts"

installHost(nodeHost)

function make(args: readonly unknown[], plan: Partial<JobPlan> = {}): { readonly job: Job; readonly told: unknown[] } {
  const told: unknown[] = []
  const listener: JobListener = { returned: (value) => told.push(value), failed: (error) => told.push(error), item: (value) => told.push(value) }
  const whole: JobPlan = {
    work: { kind: "module", module: "file:///x", name: "f" }, name: "f", shape: "once", context: undefined, errors: undefined, cancel: "terminate", grace: 0, retries: 0, ...plan,
  }
  return { job: new Job(whole, args, [], listener), told }
}

test("a job tells one outcome, and keeps nothing that it was called with", () => {
  const { job, told } = make([{ large: true }])
  job.returned(1)
  job.returned(2)
  job.failed(new Error("late"))
  assert.deepEqual([told, job.args, job.transfer, job.seat], [[1], [], [], null])
})

test("a job runs again as often as was asked, but not when nobody waits, nor when items have come", () => {
  assert.equal(make([]).job.mayRetry(), false)
  const { job } = make([], { retries: 2 })
  assert.deepEqual([job.mayRetry(), job.mayRetry(), job.mayRetry()], [true, true, false])
  const left = make([], { retries: 2 }).job
  left.unlisten()
  assert.equal(left.mayRetry(), false)
  const begun = make([], { retries: 2, shape: "items" }).job
  begun.item(1)
  assert.equal(begun.mayRetry(), false)
})

test("the memory of a large copy is moved with it, once, and that of the caller stays", () => {
  const large = new Uint8Array(1 << 20)
  const { job } = make([large, { part: large.subarray(0, 10), small: new Uint8Array(10) }, 5])
  hold(job, threads)
  const [copy, { part }] = job.args as [Uint8Array, { part: Uint8Array }]
  assert.notEqual(copy, large)
  assert.deepEqual([job.transfer, part.buffer === copy.buffer, large.length], [[copy.buffer], true, 1 << 20])
})

test("what may run again keeps its copy, and to a process nothing is moved", () => {
  const again = make([new Uint8Array(1 << 20)], { retries: 1 }).job
  hold(again, threads)
  assert.deepEqual(again.transfer, [])
  const other = make([Buffer.alloc(1 << 20)]).job
  hold(other, processes)
  assert.deepEqual([other.transfer, Buffer.isBuffer(other.args[0])], [[], true])
})
