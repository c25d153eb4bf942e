/** Ways to cancel a wait beside those of `test/sweep/ways.ts`: through something that stands between. */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import type { Victim, Way } from "../../test/sweep/ways.ts"

type Body = () => Promise<unknown>

/** Whoever stands round it is cancelled with "why", which a group does not pass on. */
function through(round: (body: Body) => () => PromiseLike<unknown>, passedOn: "why" | null = "why"): Way["launch"] {
  return (body) => {
    const task = asyncio.createTask(async () => round(body)())
    const check = (thrown: unknown): void => {
      assert.ok(thrown instanceof asyncio.CancelledError, `threw ${String(thrown)}`)
      assert.equal(thrown.reason ?? null, passedOn)
      assert.equal(task.cancelled(), true, "the task is cancelled")
    }
    return { task, pull: () => task.cancel("why"), check }
  }
}

/** A limit of a second, which passes. */
function late(limit: (body: Body) => PromiseLike<unknown>, fails: boolean): Way["launch"] {
  return (body, _latest, clock): Victim => {
    const task = asyncio.createTask(async () => limit(body))
    const check = (thrown: unknown): void => {
      assert.ok(thrown instanceof asyncio.CancelledError, `threw ${String(thrown)}`)
      assert.equal(task.cancelled(), false)
      assert.equal(task.exception() instanceof asyncio.TimeoutError, fails)
      assert.equal(task.cancelling(), 0, "requests")
    }
    return { task, pull: () => clock.advance(1), check }
  }
}

export const FURTHER_WAYS: readonly Way[] = [
  { name: "cancel of whoever awaits its task", launch: through((body) => () => asyncio.createTask(body)) },
  { name: "cancel of a gather round it", launch: through((body) => () => asyncio.gather([body])) },
  { name: "cancel of a group round it", launch: through((body) => () => new asyncio.TaskGroup().run((group) => void group.createTask(body)), null) },
  { name: "cancel of a timeout in a timeout round it", launch: through((body) => () => asyncio.timeout(60).run(() => asyncio.timeout(70).run(body))) },
  { name: "waitFor round it", launch: late((body) => asyncio.waitFor(body, 1), true) },
  { name: "moveOnAfter round it", launch: late((body) => asyncio.moveOnAfter(1).run(body), false) },
]
