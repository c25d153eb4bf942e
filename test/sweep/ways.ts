/** The ways in which a wait is cancelled, and what each must throw there. */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import type { VirtualClock } from "asyncio-ts/testing"
import { me } from "../support/record.ts"

type Body = () => Promise<unknown>

/** A task that waits, and what cancels it. */
export interface Victim {
  readonly task: asyncio.Task<unknown>
  /** Asks for the cancellation. */
  pull(): unknown
  /** What must become of the task, whose wait threw; `late`: what it waited for was on its way before. */
  check(thrown: unknown, late: boolean): unknown
}

/** A way to cancel; `launch` starts the victim's task. */
export interface Way {
  readonly name: string
  /** The request is there when `pull` returns, so that its result can be told exactly. */
  readonly atOnce?: boolean
  /** It comes with the start of the task, or before that; `pull` does nothing. */
  readonly early?: "at the wait" | "before the first step"
  /** @param latest - of several requests the latest is thrown */
  launch(body: Body, latest: boolean, clock: VirtualClock): Victim
}

/** A task that is cancelled with "why", and perhaps once more. */
function asked(launch: (body: Body) => { task: asyncio.Task<unknown>; pull: () => unknown }, requests = 1): Way["launch"] {
  return (body) => {
    const { task, pull } = launch(body)
    const check = (thrown: unknown, late: boolean): void => {
      // What finds nothing left to cancel is kept for the next step, the latest of several (R38).
      cancelledWith(thrown, ...(late && requests === 2 ? ["why", "again"] : ["why"]))
      assert.equal(task.cancelled(), true, "the task is cancelled")
      assert.equal(task.cancelling(), requests, "requests")
    }
    return { task, pull, check }
  }
}

function cancelledWith(thrown: unknown, ...reasons: unknown[]): void {
  assert.ok(thrown instanceof asyncio.CancelledError, `threw ${String(thrown)}`)
  assert.ok(reasons.includes(thrown.reason), `threw ${String(thrown)}`)
}

const cancelled = asked((body) => {
  const task = asyncio.createTask(body)
  return { task, pull: () => task.cancel("why") }
})

const cancelledTwice = asked((body) => {
  const task = asyncio.createTask(body)
  const pull = (): void => {
    task.cancel("why")
    task.cancel("again")
  }
  return { task, pull }
}, 2)

function cancelledAgain(body: Body, latest: boolean): Victim {
  const task = asyncio.createTask(body)
  const pull = (): void => {
    task.cancel("why")
    asyncio.getRunningLoop().callSoon(() => void task.cancel("again"))
  }
  const check = (thrown: unknown, late: boolean): void => {
    const both = (latest || late) && task.cancelling() === 2
    cancelledWith(thrown, ...(both ? ["why", "again"] : ["why"]))
    assert.equal(task.cancelled(), true, "the task is cancelled")
  }
  return { task, pull, check }
}

const aborted = asked((body) => {
  const controller = new AbortController()
  const task = asyncio.createTask(body, { signal: controller.signal })
  return { task, pull: () => controller.abort("why") }
})

const beforeItsFirstStep = asked((body) => {
  const task = asyncio.createTask(body, { eagerStart: false })
  task.cancel("why")
  return { task, pull: () => undefined }
})

const inAdvance = asked((body) => {
  const task = asyncio.createTask(async () => {
    me().cancel("why")
    return body()
  })
  return { task, pull: () => undefined }
})

function timedOut(body: Body, _latest: boolean, clock: VirtualClock): Victim {
  let left: number | undefined
  const task = asyncio.createTask(async () => {
    try {
      return await asyncio.timeout(1).run(body)
    } finally {
      left = me().cancelling()
    }
  })
  const check = (thrown: unknown): void => {
    assert.ok(thrown instanceof asyncio.CancelledError, `threw ${String(thrown)}`)
    assert.equal(thrown.requestedBy, "a timeout")
    const error = task.exception()
    assert.ok(error instanceof asyncio.TimeoutError, `the task failed with ${String(error)}`)
    assert.ok(error.cause instanceof asyncio.CancelledError)
    assert.equal(left, 0, "requests")
  }
  return { task, pull: () => clock.advance(1), check }
}

function withFailingSibling(body: Body): Victim {
  const failure = new asyncio.Future<void>()
  const reason = new Error("sibling")
  let task: asyncio.Task<unknown> | undefined
  const group = asyncio.createTask(
    new asyncio.TaskGroup().run((own) => {
      task = own.createTask(body)
      own.createTask(async () => {
        await failure
        throw reason
      })
    }),
  )
  const check = (thrown: unknown): void => {
    assert.ok(thrown instanceof asyncio.CancelledError, `threw ${String(thrown)}`)
    assert.match(String(thrown.requestedBy), /TaskGroup/)
    const error = group.exception()
    assert.ok(error instanceof asyncio.ExceptionGroup, `the group failed with ${String(error)}`)
    assert.deepEqual(error.errors, [reason])
    assert.equal(task?.cancelled(), true)
  }
  return { task: group, pull: () => failure.setResult(), check }
}

export const WAYS: readonly Way[] = [
  { name: "cancel", atOnce: true, launch: cancelled },
  { name: "cancel twice", atOnce: true, launch: cancelledTwice },
  { name: "cancel, and again a tick later", launch: cancelledAgain },
  { name: "abort signal", atOnce: true, launch: aborted },
  { name: "timeout round it", launch: timedOut },
  { name: "error in a sibling of a TaskGroup", launch: withFailingSibling },
  { name: "cancel before its first step", early: "before the first step", launch: beforeItsFirstStep },
  { name: "cancel in advance", early: "at the wait", launch: inAdvance },
]
